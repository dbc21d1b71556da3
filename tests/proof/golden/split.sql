-- split: SPLIT and the elements of an array, counted from 0 (or 1).
--
-- rows:
--   [["20240101", "LAL", "BOS"], "BOS", null, null, "a", null, [""], ["a", "b"]]

SELECT
  SPLIT('20240101_LAL_BOS', '_') AS v0,
  SPLIT('20240101_LAL_BOS', '_')[SAFE_OFFSET(2)] AS v1,
  SPLIT('a_b', '_')[SAFE_OFFSET(2)] AS v2,
  SPLIT('a_b', '_')[SAFE_OFFSET(-1)] AS v3,
  SPLIT('a_b', '_')[SAFE_ORDINAL(1)] AS v4,
  SPLIT('a_b', '_')[SAFE_ORDINAL(0)] AS v5,
  SPLIT('', '_') AS v6,
  SPLIT('a,b') AS v7
