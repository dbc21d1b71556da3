-- concat: CONCAT and || are NULL when any argument is.
--
-- rows:
--   [null, null, "n7"]
--   ["a-x", "a-a", "n10"]
--   ["b-x", "b-b", null]
--   ["d-x", "d-d", "n8"]

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
SELECT CONCAT(label, '-', 'x') AS v0, label || '-' || label AS v1, CONCAT('n', points) AS v2
FROM game
ORDER BY label
