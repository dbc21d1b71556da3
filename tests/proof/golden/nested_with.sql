-- nested_with: WITH inside a subquery; a column that is NULL throughout is INT64.
--
-- rows:
--   [null, null]
--   [7, null]
--   [8, null]
--   [10, null]

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
SELECT listed.points, NULL AS nothing
FROM (WITH named AS (SELECT points FROM game) SELECT points FROM named) AS listed
ORDER BY points
