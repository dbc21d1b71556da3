-- aggregate_corners: NULLs and duplicates in aggregates; empty text in STRING_AGG.
--
-- rows:
--   [4, 5, 6, 1, "abbÄ", ",a,b,b,Ä", ",a,b,Ä", null, false, null, "", "Ä", null, ["", "a", "b", "Ä"]]

SELECT
  COUNT(DISTINCT x) AS v0,
  COUNT(x) AS v1,
  COUNT(*) AS v2,
  SUM(DISTINCT LENGTH(x)) AS v3,
  STRING_AGG(x, '' ORDER BY x) AS v4,
  STRING_AGG(x ORDER BY x) AS v5,
  STRING_AGG(DISTINCT x ORDER BY x) AS v6,
  STRING_AGG(CAST(NULL AS STRING)) AS v7,
  LOGICAL_AND(x > '') AS v8,
  LOGICAL_OR(CAST(NULL AS BOOL)) AS v9,
  MIN(x) AS v10,
  MAX(x) AS v11,
  AVG(CAST(NULL AS INT64)) AS v12,
  ARRAY_AGG(DISTINCT x IGNORE NULLS ORDER BY x) AS v13
FROM UNNEST(['b', NULL, '', 'a', 'b', 'Ä']) AS x
