-- array_agg: ARRAY_AGG in order, with and without NULLs.
--
-- rows:
--   [["d", "b", "a"], [1, 2], "d-b-a", "a,b,d", 4]

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
SELECT ARRAY_AGG(label IGNORE NULLS ORDER BY label DESC) AS v0, ARRAY_AGG(DISTINCT player IGNORE NULLS ORDER BY player) AS v1, STRING_AGG(label, '-' ORDER BY label DESC) AS v2, STRING_AGG(label ORDER BY label) AS v3, ARRAY_LENGTH(ARRAY_AGG(points)) AS v4
FROM game
