-- regexp: Regular expressions are RE2 in both.
--
-- rows:
--   [true, false, true, "123", null, "c", "axcx", "a<b>c<b>"]

SELECT
  REGEXP_CONTAINS('20240101_LAL_BOS', r'^[0-9]{8}_[A-Z]+_[A-Z]+$') AS v0,
  REGEXP_CONTAINS('0022400001', r'^[0-9]{8}_[A-Z]+_[A-Z]+$') AS v1,
  REGEXP_CONTAINS('abc', 'b') AS v2,
  REGEXP_EXTRACT('abc123', r'[0-9]+') AS v3,
  REGEXP_EXTRACT('abc', r'[0-9]+') AS v4,
  REGEXP_EXTRACT('abc123', r'([a-z])[0-9]') AS v5,
  REGEXP_REPLACE('abcb', 'b', 'x') AS v6,
  REGEXP_REPLACE('abcb', '(b)', r'<\1>') AS v7
