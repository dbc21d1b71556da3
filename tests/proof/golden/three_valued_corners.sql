-- three_valued_corners: NULL in IN, in sets of nothing, and in logic.
--
-- rows:
--   [null, null, null, false, false, true, null, 2, false, true, "a", null, true]

SELECT
  2 IN (SELECT x FROM UNNEST([1, NULL]) AS x) AS v0,
  2 NOT IN (SELECT x FROM UNNEST([1, NULL]) AS x) AS v1,
  1 NOT IN (2, NULL) AS v2,
  1 IN UNNEST(ARRAY<INT64>[]) AS v3,
  EXISTS(SELECT 1 FROM UNNEST(ARRAY<INT64>[]) AS x) AS v4,
  EXISTS(SELECT NULL) AS v5,
  (SELECT x FROM UNNEST(ARRAY<INT64>[]) AS x) AS v6,
  CASE WHEN CAST(NULL AS BOOL) THEN 1 ELSE 2 END AS v7,
  CAST(NULL AS BOOL) AND FALSE AS v8,
  CAST(NULL AS BOOL) OR TRUE AS v9,
  NULLIF('a', NULL) AS v10,
  GREATEST(1, NULL) AS v11,
  CAST(NULL AS BOOL) IS NOT TRUE AS v12
