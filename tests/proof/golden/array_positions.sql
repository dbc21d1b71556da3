-- array_positions: [OFFSET] and [ORDINAL] inside the array; of a NULL array they are NULL.
--
-- rows:
--   [1, "a", 3, "b", null, null, 6]
--   [2, "b", 3, "b", null, null, 6]
--   [3, "c", 3, "b", null, null, 6]

SELECT
  [1, 2, 3][OFFSET(i)] AS v0,
  ['a', 'b', 'c'][ORDINAL(i + 1)] AS v1,
  [1, 2, 3][OFFSET(2)] AS v2,
  SPLIT('a-b', '-')[OFFSET(1)] AS v3,
  IF(i < 0, [1], NULL)[OFFSET(0)] AS v4,
  [1, 2][OFFSET(CAST(NULL AS INT64))] AS v5,
  2 * [1, 2, 3][ORDINAL(3)] AS v6
FROM UNNEST([0, 1, 2]) AS i
ORDER BY i
