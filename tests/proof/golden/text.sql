-- text: Text functions.
--
-- rows:
--   ["abc", "äö", 2, 2, "ayby", "a", "a", "a ", "  a", true, true, 3, 0, "cba", "007", "700", "ab", "bc", "abab"]

SELECT
  LOWER('ABC') AS v0,
  LOWER('ÄÖ') AS v1,
  LENGTH('äö') AS v2,
  CHAR_LENGTH('äö') AS v3,
  REPLACE('aXbX', 'X', 'y') AS v4,
  TRIM('  a ') AS v5,
  TRIM('xxaxx', 'x') AS v6,
  LTRIM('  a ') AS v7,
  RTRIM('  a ') AS v8,
  STARTS_WITH('abc', 'ab') AS v9,
  ENDS_WITH('abc', 'bc') AS v10,
  STRPOS('abc', 'c') AS v11,
  STRPOS('abc', 'z') AS v12,
  REVERSE('abc') AS v13,
  LPAD('7', 3, '0') AS v14,
  RPAD('7', 3, '0') AS v15,
  LEFT('abc', 2) AS v16,
  RIGHT('abc', 2) AS v17,
  REPEAT('ab', 2) AS v18
