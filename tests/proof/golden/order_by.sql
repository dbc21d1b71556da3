-- order_by: NULLs come first ascending and last descending, unless told.
--
-- rows:
--   [["2024-02-01", "2024-01-01", "2024-01-05"], ["2024-01-05", "2024-01-01", "2024-02-01"], ["2024-01-05", "2024-02-01", "2024-01-01"], ["2024-01-01", "2024-02-01", "2024-01-05"]]

WITH
  game AS (
    SELECT
      1 AS player, 'a' AS label, 10 AS points, 1.5 AS ratio, NUMERIC '1.1' AS line,
      DATE '2024-01-01' AS day, TRUE AS won
    UNION ALL
    SELECT 1, 'b', NULL, 2.5, NULL, DATE '2024-01-05', NULL
    UNION ALL
    SELECT 2, NULL, 7, NULL, NUMERIC '2.2', NULL, FALSE
    UNION ALL
    SELECT NULL, 'd', 8, 4.25, NUMERIC '3.3', DATE '2024-02-01', TRUE
  )
SELECT (SELECT ARRAY_AGG(day IGNORE NULLS ORDER BY points NULLS LAST) FROM game) AS v1, (SELECT ARRAY_AGG(day IGNORE NULLS ORDER BY points DESC NULLS FIRST) FROM game) AS v2, (SELECT ARRAY_AGG(day IGNORE NULLS ORDER BY points) FROM game) AS v3, (SELECT ARRAY_AGG(day IGNORE NULLS ORDER BY points DESC) FROM game) AS v4
