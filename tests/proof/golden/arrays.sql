-- arrays: Arrays have elements of BigQuery's types.
--
-- rows:
--   [[1, 2, 3], [1.5, 2.0], ["a", "b"], ["2024-01-01"], [], [1], [1, 2, 3], 2, 0, [2, 1], [1, 2, 3], [1, 4, 7], []]

SELECT
  [1, 2, 3] AS v0,
  [1.5, 2] AS v1,
  ['a', 'b'] AS v2,
  [DATE '2024-01-01'] AS v3,
  ARRAY<DATE>[] AS v4,
  ARRAY<INT64>[1] AS v5,
  ARRAY_CONCAT([1], [2, 3]) AS v6,
  ARRAY_LENGTH([1, 2]) AS v7,
  ARRAY_LENGTH(ARRAY<INT64>[]) AS v8,
  ARRAY_REVERSE([1, 2]) AS v9,
  GENERATE_ARRAY(1, 3) AS v10,
  GENERATE_ARRAY(1, 7, 3) AS v11,
  GENERATE_ARRAY(3, 1) AS v12
