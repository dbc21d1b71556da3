-- subqueries: Scalar, IN and EXISTS subqueries, correlated and not.
--
-- rows:
--   [null, 2.5, null, null, false, []]
--   [7, null, null, false, true, [0, 1, 2]]

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
  points,
  (SELECT MAX(other.ratio) FROM game AS other WHERE other.player = game.player) AS v0,
  points IN (SELECT points FROM game WHERE player = 1) AS v1,
  points NOT IN (SELECT points FROM game WHERE player = 2) AS v2,
  EXISTS (SELECT 1 FROM game AS other WHERE other.points > game.points) AS v3,
  ARRAY(SELECT x FROM UNNEST(GENERATE_ARRAY(0, 5)) AS x WHERE (game.points >> x) & 1 = 1 ORDER BY x) AS v4
FROM game
WHERE NOT EXISTS (SELECT 1 FROM game AS other WHERE other.points < game.points)
ORDER BY points
