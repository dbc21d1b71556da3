-- regexp_corners: Patterns on line breaks, letters beyond ASCII, empty matches and groups that take no part.
--
-- rows:
--   [false, true, false, true, false, true, false, false, null, "", null, "abc", "a", "-a-b-c-", "-a-c-", "abbcbb", "bac", true, true, true, null]

SELECT
  REGEXP_CONTAINS('a\nb', 'a.b') AS v0,
  REGEXP_CONTAINS('a\nb', '(?s)a.b') AS v1,
  REGEXP_CONTAINS('a\nb', '^b') AS v2,
  REGEXP_CONTAINS('', '') AS v3,
  REGEXP_CONTAINS('ä', r'^\w$') AS v4,
  REGEXP_CONTAINS('ä', r'^.$') AS v5,
  REGEXP_CONTAINS('\u00a0', r'\s') AS v6,
  REGEXP_CONTAINS('٣', r'\d') AS v7,
  REGEXP_CONTAINS(CAST(NULL AS STRING), 'a') AS v8,
  REGEXP_EXTRACT('abc', 'x*') AS v9,
  REGEXP_EXTRACT('abc', '(x)?b') AS v10,
  REGEXP_EXTRACT('abc', 'a(?:b)c') AS v11,
  REGEXP_EXTRACT('(a)', r'\((.)\)') AS v12,
  REGEXP_REPLACE('abc', '', '-') AS v13,
  REGEXP_REPLACE('abc', 'b*', '-') AS v14,
  REGEXP_REPLACE('abcb', 'b', r'\0\0') AS v15,
  REGEXP_REPLACE('abc', '(a)(b)', r'\2\1') AS v16,
  'a\nb' LIKE 'a%b' AS v17,
  'äx' LIKE '_x' AS v18,
  '' LIKE '%' AS v19,
  CAST(NULL AS STRING) LIKE '%' AS v20
