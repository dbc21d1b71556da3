-- numeric_averages: AVG of NUMERIC is NUMERIC; NULLs do not count, and of nothing it is NULL.
--
-- rows:
--   ["1.666666667", "2.666666667", null, "1.5"]

SELECT AVG(x) AS v0, AVG(x) + 1 AS v1, AVG(IF(x < 0, x, NULL)) AS v2, AVG(DISTINCT x) AS v3
FROM (
  SELECT NUMERIC '1' AS x
  UNION ALL
  SELECT NUMERIC '2'
  UNION ALL
  SELECT NUMERIC '2'
  UNION ALL
  SELECT NULL
)
