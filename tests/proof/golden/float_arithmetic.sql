-- float_arithmetic: A decimal literal is FLOAT64, not DECIMAL.
--
-- rows:
--   [0.30000000000000004, 4.5, 3.08, -3.5, 0.3333333333333333]

SELECT
  0.1 + 0.2 AS v0,
  1.5 * 3 AS v1,
  0.44 * 7 AS v2,
  -2.5 - 1 AS v3,
  1.0 / 3 AS v4
