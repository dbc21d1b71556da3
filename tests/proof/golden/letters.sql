-- letters: Letters beyond ASCII; an accent is a code point of its own.
--
-- rows:
--   ["ÄÖÜ", "ABC", "äöüß", null, "x́e", "👧‍👩", "", null, 2, "e", "x", 3, "xé", 3, true, false, true]

SELECT
  UPPER('äöü') AS v0,
  UPPER('abc') AS v1,
  LOWER('ÄÖÜẞ') AS v2,
  UPPER(CAST(NULL AS STRING)) AS v3,
  REVERSE('e\u0301x') AS v4,
  REVERSE('👩‍👧') AS v5,
  REVERSE('') AS v6,
  REVERSE(CAST(NULL AS STRING)) AS v7,
  LENGTH('e\u0301') AS v8,
  LEFT('e\u0301x', 1) AS v9,
  SUBSTR('e\u0301x', 3) AS v10,
  STRPOS('e\u0301x', 'x') AS v11,
  LPAD('e\u0301', 3, 'x') AS v12,
  ARRAY_LENGTH(SPLIT('e\u0301x', '')) AS v13,
  UPPER('éè') = UPPER('ÉÈ') AS v14,
  'é' < 'f' AS v15,
  'Z' < 'a' AS v16
