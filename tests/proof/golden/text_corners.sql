-- text_corners: Lengths of 0, positions outside, texts that are empty.
--
-- rows:
--   ["", "abc", "", "", "", "", "b", "ab", "", 1, "abc", true, [""], ["a", ""], null, null]

SELECT
  LEFT('abc', 0) AS v0,
  RIGHT('abc', 9) AS v1,
  REPEAT('ab', 0) AS v2,
  SUBSTR('abc', 2, 0) AS v3,
  SUBSTR('abc', 4) AS v4,
  SUBSTR('', 1, 1) AS v5,
  SUBSTR('abc', -2, 1) AS v6,
  LPAD('abc', 2, 'x') AS v7,
  RPAD('abc', 0, 'x') AS v8,
  STRPOS('abc', '') AS v9,
  REPLACE('abc', '', 'x') AS v10,
  STARTS_WITH('abc', '') AS v11,
  SPLIT('', ',') AS v12,
  SPLIT('a,', ',') AS v13,
  LEFT(CAST(NULL AS STRING), 1) AS v14,
  CONCAT('a', CAST(NULL AS STRING)) AS v15
