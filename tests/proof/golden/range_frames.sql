-- range_frames: RANGE frames over days as numbers.
--
-- rows:
--   [null, 7, 2, 2]
--   ["2024-01-01", null, 1, 1]
--   ["2024-01-05", 10, 1, 1]
--   ["2024-02-01", null, 2, 1]

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
  SUM(points) OVER (ORDER BY UNIX_DATE(day) RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING) AS v0,
  COUNT(*) OVER (ORDER BY points RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS v1,
  COUNT(*) OVER (ORDER BY points DESC RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS v2
FROM game
ORDER BY day
