-- star_replace: * REPLACE alone.
--
-- rows:
--   [1, "b", null, 2.5, null, "2024-01-05", null]
--   [2, null, 8, null, "2.2", null, false]
--   [null, "d", 9, 4.25, "3.3", "2024-02-01", true]
--   [1, "a", 11, 1.5, "1.1", "2024-01-01", true]

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
SELECT * REPLACE (points + 1 AS points)
FROM game
ORDER BY points
