-- neighbours: LAG, LEAD and the first and last of a frame.
--
-- rows:
--   [null, null, null, 10, "2024-01-01", "2024-01-05", 0, null, "d", null, null, null, [null, null]]
--   ["2024-01-01", null, null, null, "2024-01-05", "2024-02-01", 7, null, "d", "a", null, "a", [7, null]]
--   ["2024-01-05", "a", null, 8, "2024-02-01", null, 10, null, "d", "a", "a", "a", [10, 7]]
--   ["2024-02-01", "b", "2024-01-01", -1, null, null, null, null, "d", "a", "b", "a", [null, 10]]

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
SELECT
  day,
  LAG(label) OVER by_day AS v0, LAG(day, 2) OVER by_day AS v1, LEAD(points, 1, -1) OVER by_day AS v2,
  LEAD(day) OVER by_day AS v3, LEAD(day, 2) OVER by_day AS v4, LAG(points, 1, 0) OVER by_day AS v5,
  FIRST_VALUE(label) OVER by_day AS v6,
  LAST_VALUE(label) OVER (by_day ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS v7,
  FIRST_VALUE(label IGNORE NULLS) OVER by_day AS v8,
  LAST_VALUE(label IGNORE NULLS) OVER (by_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS v9,
  NTH_VALUE(label, 2) OVER by_day AS v10,
  [LAG(points, 1) OVER by_day, LAG(points, 2) OVER by_day] AS v11
FROM game
WINDOW by_day AS (ORDER BY day)
ORDER BY day
