-- overflow_corners: FLOAT64 at both ends of its range: large values, differences, denormal ones, NULL beside them.
--
-- rows:
--   [1, 1.5e+308, -1.45e+308, 0.0014999999999999998, 0.0, 1.5e+307, 1.5e+308, null, 6.666666666666667e-308, true, 1.5e+308, 1.5e+307, 0.0, 1.0]
--   [2, -1.6e+308, -1.76e+308, -0.0015999999999999999, -0.0, -0.0, -1.6e+308, null, -0.0, false, -9.999999999999996e+306, -5.0000000000000055e+305, 2.4025000000000005e+214, 1.0]
--   [3, 5.0, -1.6e+308, 5e-311, 9.9999999995e-311, null, null, 5000000000.0, null, true, -9.999999999999996e+306, -3.333333333333337e+305, 1.6022222222222224e+214, 1.0]
--   [4, null, null, null, null, null, null, null, null, null, -9.999999999999996e+306, -3.333333333333337e+305, 1.6022222222222224e+214, 3.0]

SELECT
  i,
  x * 10 AS v1,
  x - 1.6e308 AS v2,
  x / 1e10 / 1e300 AS v3,
  1e-300 / (x + 1e10) AS v4,
  x * y AS v5,
  x * 10 + y AS v6,
  SAFE_DIVIDE(x, 1e-10) AS v7,
  SAFE_DIVIDE(y, x) AS v8,
  x * 10 > 1 AS v9,
  SUM(x * 10) OVER (ORDER BY i) AS v10,
  AVG(x) OVER (ORDER BY i) AS v11,
  VAR_POP(x / 1e200) OVER (ORDER BY i) AS v12,
  SUM(y) OVER (ORDER BY i) AS v13
FROM (
  SELECT 1 AS i, 1.5e307 AS x, 1.0 AS y
  UNION ALL
  SELECT 2, -1.6e307, 0.0
  UNION ALL
  SELECT 3, 0.5, NULL
  UNION ALL
  SELECT 4, NULL, 2.0
)
ORDER BY i
