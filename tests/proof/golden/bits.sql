-- bits: Bits of INT64: ^ is XOR, and >> fills with zeros.
--
-- rows:
--   [1, 7, 6, -6, 1099511627776, 128, 9223372036854775807, -1, true]

SELECT
  5 & 3 AS v0,
  5 | 3 AS v1,
  5 ^ 3 AS v2,
  ~5 AS v3,
  1 << 40 AS v4,
  1024 >> 3 AS v5,
  -1 >> 1 AS v6,
  -1 >> 0 AS v7,
  (5 & 4) != 0 AS v8
