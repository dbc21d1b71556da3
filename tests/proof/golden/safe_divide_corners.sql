-- safe_divide_corners: SAFE_DIVIDE is NULL for zero and for what overflows.
--
-- rows:
--   [null, null, null, null, 2.0, null, null, -0.0, 0.0]

SELECT
  SAFE_DIVIDE(1e308, 0.1) AS v0,
  SAFE_DIVIDE(-1e308, 0.1) AS v1,
  SAFE_DIVIDE(0.0, 0.0) AS v2,
  SAFE_DIVIDE(1.0, 0.0) AS v3,
  SAFE_DIVIDE(1, 0.5) AS v4,
  SAFE_DIVIDE(CAST(NULL AS FLOAT64), 0.0) AS v5,
  SAFE_DIVIDE(1.0, CAST(NULL AS FLOAT64)) AS v6,
  SAFE_DIVIDE(0, -5) AS v7,
  SAFE_DIVIDE(1e-308, 1e308) AS v8
