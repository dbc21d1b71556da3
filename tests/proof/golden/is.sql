-- is: IS never gives NULL.
--
-- rows:
--   [true, true, false, true, true, false, true, true, true]

SELECT
  NULL IS NULL AS v0,
  1 IS NOT NULL AS v1,
  CAST(NULL AS BOOL) IS TRUE AS v2,
  CAST(NULL AS BOOL) IS NOT TRUE AS v3,
  (1 = 2) IS FALSE AS v4,
  (1 = 2) IS NOT FALSE AS v5,
  NULL IS NOT DISTINCT FROM NULL AS v6,
  1 IS DISTINCT FROM NULL AS v7,
  1 IS NOT DISTINCT FROM 1 AS v8
