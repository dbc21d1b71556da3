-- default_frames: Without a frame it runs from the start to the last peer, or over the partition.
--
-- rows:
--   [1, null, 18, 10, 25]
--   [2, 7, 25, 7, 25]
--   [null, 8, 8, 8, 25]
--   [1, 10, 18, 10, 25]

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
SELECT player, points, SUM(points) OVER (ORDER BY player) AS v0, SUM(points) OVER (PARTITION BY player) AS v1, SUM(SUM(points)) OVER () AS v2
FROM game
GROUP BY player, points
ORDER BY points
