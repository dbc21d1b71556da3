-- percentiles: PERCENTILE_CONT interpolates between values and leaves NULL out.
--
-- rows:
--   [1, 2.0, 1.75, 1.5, 10.0]
--   [2, null, null, null, null]
--   [3, -1.0, -1.0, -1.0, -1.0]

SELECT DISTINCT
  k,
  PERCENTILE_CONT(x, 0.5) OVER (PARTITION BY k) AS v1,
  PERCENTILE_CONT(x, 0.25) OVER (PARTITION BY k) AS v2,
  PERCENTILE_CONT(x, 0) OVER (PARTITION BY k) AS v3,
  PERCENTILE_CONT(x, 1) OVER (PARTITION BY k) AS v4
FROM (
  SELECT 1 AS k, 1.5 AS x
  UNION ALL
  SELECT 1, 2.0
  UNION ALL
  SELECT 1, 10.0
  UNION ALL
  SELECT 1, NULL
  UNION ALL
  SELECT 2, NULL
  UNION ALL
  SELECT 3, -1.0
)
ORDER BY k
