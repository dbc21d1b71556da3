-- white_space: TRIM takes away tabs, line breaks and Unicode's spaces, and no other invisible letter.
--
-- rows:
--   ["a", "a", "a ", " a", "​a﻿", "a b", "", null, "a", "axx", "a", " a "]

SELECT
  TRIM('\t a\n ') AS v0,
  TRIM('\u00a0a\u2003\u3000\u0085') AS v1,
  LTRIM('\r\n\u000b\u000c\u2028\u1680a ') AS v2,
  RTRIM(' a\u202f\u205f\u200a') AS v3,
  TRIM('\u200ba\ufeff') AS v4,
  TRIM(' a b ') AS v5,
  TRIM('') AS v6,
  TRIM(CAST(NULL AS STRING)) AS v7,
  LTRIM('xya', 'yx') AS v8,
  RTRIM('axxb', 'b') AS v9,
  TRIM('äaä', 'ä') AS v10,
  TRIM(' a ', '') AS v11
