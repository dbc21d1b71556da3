-- array_concat_corners: A NULL among the arrays makes the whole NULL; an empty one adds nothing; lengths are computed.
--
-- rows:
--   [0, [1, 7], [7, 2, 7], 1, [3], "é", "xy"]
--   [1, [1], [2], 0, [3], "aé", "xyz--"]
--   [2, null, null, null, [3], "abé", null]
--   [3, [1, 8, 9], [8, 9, 2, 8, 9], 2, [3], "abaé", null]

SELECT
  i,
  ARRAY_CONCAT([1], a) AS v1,
  ARRAY_CONCAT(a, [2], a) AS v2,
  ARRAY_LENGTH(ARRAY_CONCAT(a, ARRAY<INT64>[])) AS v3,
  ARRAY_CONCAT(ARRAY<INT64>[], [3]) AS v4,
  LPAD('é', i + 1, 'ab') AS v5,
  RPAD(IF(i = 2, NULL, 'xyz'), n, '-') AS v6
FROM (
  SELECT 0 AS i, [7] AS a, 2 AS n
  UNION ALL
  SELECT 1, ARRAY<INT64>[], 5
  UNION ALL
  SELECT 2, IF(FALSE, [1], NULL), 1
  UNION ALL
  SELECT 3, [8, 9], NULL
)
ORDER BY i
