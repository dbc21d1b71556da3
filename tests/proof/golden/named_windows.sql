-- named_windows: Windows by name, one built upon another.
--
-- rows:
--   [null, 7, 0, null]
--   ["2024-01-01", 10, 0, null]
--   ["2024-01-05", null, 0, null]
--   ["2024-02-01", 18, 1, "a"]

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
  SUM(points) OVER (by_day ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS v0,
  COUNT(*) OVER earlier AS v1,
  LAG(label) OVER by_day AS v2
FROM game
WINDOW
  by_result AS (PARTITION BY won),
  by_day AS (by_result ORDER BY day),
  earlier AS (by_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
ORDER BY day
