-- magnitude: ABS and SIGN keep the type of their argument; SQRT and POW give FLOAT64.
--
-- rows:
--   [5, 5.5, -1.0, -1, 0, 4.0, 1.5, 8.0, 1.4142135623730951, 1.0, 0.0]

SELECT
  ABS(-5) AS v0,
  ABS(-5.5) AS v1,
  SIGN(-2.5) AS v2,
  SIGN(-3) AS v3,
  SIGN(0) AS v4,
  SQRT(16) AS v5,
  SQRT(2.25) AS v6,
  POW(2, 3) AS v7,
  POWER(2.0, 0.5) AS v8,
  EXP(0) AS v9,
  LN(1) AS v10
