-- cast_to_int64: CAST to INT64 rounds half away from zero.
--
-- rows:
--   [3, -3, 4, 5, 3, -3, 3, 1, 12, -12, null]

SELECT
  CAST(2.5 AS INT64) AS v0,
  CAST(-2.5 AS INT64) AS v1,
  CAST(3.5 AS INT64) AS v2,
  CAST(1.5 * 3 AS INT64) AS v3,
  CAST(NUMERIC '2.5' AS INT64) AS v4,
  CAST(NUMERIC '-2.5' AS INT64) AS v5,
  CAST(ROUND(2.5) AS INT64) AS v6,
  CAST(TRUE AS INT64) AS v7,
  CAST('12' AS INT64) AS v8,
  CAST(' -12 ' AS INT64) AS v9,
  CAST(CAST(NULL AS STRING) AS INT64) AS v10
