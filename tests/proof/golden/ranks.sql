-- ranks: Numbers and ranks.
--
-- rows:
--   [null, 4, 3, 1, 1.0, 1.0, 2]
--   ["a", 2, 2, 2, 0.3333333333333333, 0.75, 1]
--   ["b", 3, 2, 2, 0.3333333333333333, 0.75, 2]
--   ["d", 1, 1, 4, 0.0, 0.25, 1]

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
SELECT label, ROW_NUMBER() OVER (ORDER BY player, label) AS v0, DENSE_RANK() OVER (ORDER BY player) AS v1, RANK() OVER (ORDER BY player DESC) AS v2, PERCENT_RANK() OVER (ORDER BY player) AS v3, CUME_DIST() OVER (ORDER BY player) AS v4, NTILE(2) OVER (ORDER BY player, label) AS v5
FROM game
ORDER BY label
