-- array_to_string_corners: ARRAY_TO_STRING of NULLs, of nothing, and with a NULL between the elements.
--
-- rows:
--   ["", "x,x", null, "", null, "-", "a,,b"]

SELECT
  ARRAY_TO_STRING([CAST(NULL AS STRING)], ',') AS v0,
  ARRAY_TO_STRING([CAST(NULL AS STRING), NULL], ',', 'x') AS v1,
  ARRAY_TO_STRING(['a', NULL], CAST(NULL AS STRING)) AS v2,
  ARRAY_TO_STRING(ARRAY<STRING>[], ',') AS v3,
  ARRAY_TO_STRING(IF(FALSE, ['a'], NULL), ',') AS v4,
  ARRAY_TO_STRING(['', ''], '-') AS v5,
  ARRAY_TO_STRING(['a', NULL, 'b'], ',', '') AS v6
