-- aggregates: Aggregates leave NULLs out; of no row they are NULL, counts 0.
--
-- rows:
--   [null, 8, 4.25, "3.3", 1, 1, 1, 8.0, 4.25, "2024-02-01", "d", "3.3", 8, 8, true, true, true]
--   [1, 10, 4.0, "1.1", 2, 1, 1, 10.0, 2.0, "2024-01-01", "b", "1.1", 10, 10, true, true, true]
--   [2, 7, null, "2.2", 1, 1, 0, 7.0, null, null, null, "2.2", 7, null, false, false, false]

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
  player, SUM(points) AS v0, SUM(ratio) AS v1, SUM(line) AS v2, COUNT(*) AS v3, COUNT(points) AS v4,
  COUNTIF(won) AS v5, AVG(points) AS v6, AVG(ratio) AS v7, MIN(day) AS v8, MAX(label) AS v9,
  MIN(line) AS v10, MAX(points) AS v11, SUM(IF(won, points, NULL)) AS v12, MAX(won) AS v13,
  LOGICAL_AND(won) AS v14, LOGICAL_OR(won) AS v15
FROM game
GROUP BY player
ORDER BY player
