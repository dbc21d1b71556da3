-- substr: SUBSTR counts from 1, from the end when negative, and 0 is 1.
--
-- rows:
--   ["bcdef", "bcd", "ab", "de", "ab", "bcd", "ef"]

SELECT
  SUBSTR('abcdef', 2) AS v0,
  SUBSTR('abcdef', 2, 3) AS v1,
  SUBSTR('abcdef', 0, 2) AS v2,
  SUBSTR('abcdef', -3, 2) AS v3,
  SUBSTR('abcdef', -30, 2) AS v4,
  SUBSTRING('abcdef', 2, 3) AS v5,
  SUBSTRING('abcdef', 5) AS v6
