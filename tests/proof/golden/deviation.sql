-- deviation: STDDEV of one row is NULL.
--
-- rows:
--   [1.5275252316519468, 1.3919410907075054, 1.136515141415488, 2.3333333333333335, 2.3333333333333335, 1.5555555555555556, -1.0, null]

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
SELECT STDDEV(points) AS v0, STDDEV_SAMP(ratio) AS v1, STDDEV_POP(ratio) AS v2, VARIANCE(points) AS v3, VAR_SAMP(points) AS v4, VAR_POP(points) AS v5, CORR(points, ratio) AS v6, STDDEV(IF(points = 7, points, NULL)) AS v7
FROM game
