-- date_arithmetic_columns: The number of days may be a column.
--
-- rows:
--   [null, null, null, null, null]
--   [null, null, null, null, null]
--   ["2024-02-09", "2024-01-24", "2024-02-09", "2023-06-01", "2024-10-01"]
--   ["2024-01-11", "2023-12-22", "2024-01-11", "2023-03-01", "2024-11-01"]

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
SELECT day + points AS v0, day - points AS v1, DATE_ADD(day, INTERVAL points DAY) AS v2, DATE_SUB(day, INTERVAL points MONTH) AS v3, DATE_ADD(day, INTERVAL points MONTH) AS v4
FROM game
ORDER BY points
