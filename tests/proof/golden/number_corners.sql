-- number_corners: Rounding next to a tie, a negative zero, integers at their limits, division with other signs.
--
-- rows:
--   [0.0, -1.0, 1.0, 0, -1, 4503599627370498, -0.0, -3, -1, 1, 9.223372036854776e+18, -9223372036854775808, false, 1.0, 0.0, 0, 64, 0.0, [5, 3, 1], [], null, [], []]

SELECT
  ROUND(0.49999999999999994) AS v0,
  ROUND(-0.5) AS v1,
  ROUND(1.005, 2) AS v2,
  CAST(0.49999999999999994 AS INT64) AS v3,
  CAST(-0.5 AS INT64) AS v4,
  CAST(4503599627370497.5 AS INT64) AS v5,
  CEIL(-0.5) AS v6,
  DIV(-7, 2) AS v7,
  MOD(-7, 2) AS v8,
  MOD(7, -2) AS v9,
  CAST(9223372036854775807 AS FLOAT64) AS v10,
  -9223372036854775807 - 1 AS v11,
  0.1 + 0.2 = 0.3 AS v12,
  POW(0.0, 0.0) AS v13,
  EXP(-1000) AS v14,
  -1 >> 64 AS v15,
  BIT_COUNT(-1) AS v16,
  SIGN(-0.0) AS v17,
  GENERATE_ARRAY(5, 1, -2) AS v18,
  GENERATE_ARRAY(5, 1) AS v19,
  GENERATE_ARRAY(1, NULL) AS v20,
  ARRAY_SLICE([1, 2, 3], -9, -7) AS v21,
  ARRAY_SLICE([1, 2, 3], 5, 9) AS v22
