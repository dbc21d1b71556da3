-- array_slice: ARRAY_SLICE counts from 0, both ends included, and from the end when negative.
--
-- rows:
--   [[1, 2], [2, 3], [2, 3], [1, 2, 3], [], [1, 2], [], []]

SELECT
  ARRAY_SLICE([1, 2, 3], 0, 1) AS v0,
  ARRAY_SLICE([1, 2, 3], 1, 5) AS v1,
  ARRAY_SLICE([1, 2, 3], -2, -1) AS v2,
  ARRAY_SLICE([1, 2, 3], 0, -1) AS v3,
  ARRAY_SLICE([1, 2, 3], 2, 1) AS v4,
  ARRAY_SLICE([1, 2, 3], -7, 1) AS v5,
  ARRAY_SLICE([1, 2, 3], 0, -5) AS v6,
  ARRAY_SLICE(ARRAY<INT64>[], 0, 3) AS v7
