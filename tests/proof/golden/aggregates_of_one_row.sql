-- aggregates_of_one_row: A deviation of one row is NULL, of a population 0.
--
-- rows:
--   [1.5, null, 0.0, null, 0.0, 1.5, 1.5, true, 0, 1]

SELECT
  AVG(x) AS v0,
  STDDEV(x) AS v1,
  STDDEV_POP(x) AS v2,
  VAR_SAMP(x) AS v3,
  VAR_POP(x) AS v4,
  SUM(x) AS v5,
  MIN(x) AS v6,
  LOGICAL_OR(x > 1) AS v7,
  COUNTIF(x > 2) AS v8,
  COUNT(DISTINCT x) AS v9
FROM UNNEST([1.5]) AS x
