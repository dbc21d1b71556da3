-- group_by_position: GROUP BY and ORDER BY a position.
--
-- rows:
--   ["y", 2]
--   ["x", 2]

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
SELECT IF(points > 7, 'x', 'y') AS label, COUNT(*) AS games
FROM game
GROUP BY 1
ORDER BY 1 DESC
