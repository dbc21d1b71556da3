-- rounding: ROUND goes half away from zero; of INT64 it gives FLOAT64, as CEIL and FLOOR do.
--
-- rows:
--   [3.0, -3.0, 1.0, 1.234568, -0.0, 2.67, -2.67, 0.28, 2.69, 0.13, -0.13, 1.1, 7.0, "3", "2.35", 3.0, 3.0, -3.0, 7.0]

SELECT
  ROUND(2.5) AS v0,
  ROUND(-2.5) AS v1,
  ROUND(0.5) AS v2,
  ROUND(1.2345675, 6) AS v3,
  ROUND(-0.0000005, 6) AS v4,
  ROUND(2.675, 2) AS v5,
  ROUND(-2.675, 2) AS v6,
  ROUND(0.285, 2) AS v7,
  ROUND(2.685, 2) AS v8,
  ROUND(0.125, 2) AS v9,
  ROUND(-0.125, 2) AS v10,
  ROUND(1.15, 1) AS v11,
  ROUND(7) AS v12,
  ROUND(NUMERIC '2.5') AS v13,
  ROUND(NUMERIC '2.345', 2) AS v14,
  CEIL(2.1) AS v15,
  CEIL(3) AS v16,
  FLOOR(-2.1) AS v17,
  FLOOR(7) AS v18
