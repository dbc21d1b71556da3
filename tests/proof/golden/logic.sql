-- logic: AND, OR and NOT have three values.
--
-- rows:
--   [false, null, true, false, null]

SELECT
  NULL AND FALSE AS v0,
  NULL AND TRUE AS v1,
  TRUE OR NULL AS v2,
  NOT TRUE AS v3,
  NOT CAST(NULL AS BOOL) AS v4
