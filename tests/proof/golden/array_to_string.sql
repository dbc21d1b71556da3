-- array_to_string: ARRAY_TO_STRING leaves NULLs out, unless it is told a text for them.
--
-- rows:
--   ["a,b", "a,b", "a,x,b", ""]

SELECT
  ARRAY_TO_STRING(['a', 'b'], ',') AS v0,
  ARRAY_TO_STRING(['a', NULL, 'b'], ',') AS v1,
  ARRAY_TO_STRING(['a', NULL, 'b'], ',', 'x') AS v2,
  ARRAY_TO_STRING(ARRAY<STRING>[], ',') AS v3
