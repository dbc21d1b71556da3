-- joins: INNER, LEFT, RIGHT, FULL and CROSS JOIN ON.
--
-- rows:
--   ["bare", null, null]
--   ["bare", null, 10]
--   ["bare", 7, 7]
--   ["bare", 10, null]
--   ["bare", 10, 10]
--   ["comma", null, 3]
--   ["comma", 7, 3]
--   ["comma", 8, 3]
--   ["comma", 10, 3]
--   ["cross", null, 3]
--   ["cross", 7, 3]
--   ["cross", 8, 3]
--   ["cross", 10, 3]
--   ["full", null, null]
--   ["full", null, null]
--   ["full", null, 7]
--   ["full", 7, null]
--   ["full", 8, 8]
--   ["full", 10, 10]
--   ["inner", null, null]
--   ["inner", null, 10]
--   ["inner", 7, 7]
--   ["inner", 10, null]
--   ["inner", 10, 10]
--   ["left", null, null]
--   ["left", 7, null]
--   ["left", 8, 8]
--   ["left", 10, 10]
--   ["right", null, null]
--   ["right", null, 7]
--   ["right", 8, 8]
--   ["right", 10, 10]

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
SELECT 'inner' AS kind, game.points, other.points AS other_points
FROM game INNER JOIN game AS other ON other.player = game.player
UNION ALL
SELECT 'left', game.points, other.points
FROM game LEFT JOIN game AS other ON other.points = game.points AND other.won
UNION ALL
SELECT 'right', game.points, other.points
FROM game RIGHT JOIN game AS other ON other.points = game.points AND game.won
UNION ALL
SELECT 'full', game.points, other.points
FROM game FULL JOIN game AS other ON other.points = game.points AND game.won
UNION ALL
SELECT 'cross', game.points, x
FROM game CROSS JOIN (SELECT 3 AS x) AS three
UNION ALL
SELECT 'comma', game.points, x
FROM game, (SELECT 3 AS x) AS three
UNION ALL
SELECT 'bare', game.points, other.points
FROM game JOIN game AS other ON other.player = game.player
ORDER BY 1, 2, 3
