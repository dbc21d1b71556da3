-- bits: Bits of INT64: ^ is XOR, >> fills with zeros, BIT_COUNT is INT64.
--
-- rows:
--   [1, 7, 6, -6, 1099511627776, 128, 9223372036854775807, -1, true, 0, 3, 64, 1000000000000]

SELECT
  5 & 3 AS v0,
  5 | 3 AS v1,
  5 ^ 3 AS v2,
  ~5 AS v3,
  1 << 40 AS v4,
  1024 >> 3 AS v5,
  -1 >> 1 AS v6,
  -1 >> 0 AS v7,
  (5 & 4) != 0 AS v8,
  BIT_COUNT(0) AS v9,
  BIT_COUNT(68719476736 | 5) AS v10,
  BIT_COUNT(-1) AS v11,
  BIT_COUNT(1) * 1000000000000 AS v12
