-- integer_arithmetic: INT64 arithmetic is 64 bits wide, and / gives FLOAT64.
--
-- rows:
--   [4000000000, 4000000000000000000, -1, 2, 3.5, 0.25, 3, -3, -1, 1]

SELECT
  2000000000 + 2000000000 AS v0,
  2000000000 * 2000000000 AS v1,
  1 - 2 AS v2,
  -(3 - 5) AS v3,
  7 / 2 AS v4,
  1 / 4 AS v5,
  DIV(7, 2) AS v6,
  DIV(-7, 2) AS v7,
  MOD(-7, 3) AS v8,
  MOD(7, -3) AS v9
