-- like: LIKE tells case.
--
-- rows:
--   [true, false, true, true, null]

SELECT
  'abc' LIKE 'a%' AS v0,
  'Abc' LIKE 'a%' AS v1,
  'a_c' LIKE 'a_c' AS v2,
  'abc' NOT LIKE '%z%' AS v3,
  CAST(NULL AS STRING) LIKE 'a' AS v4
