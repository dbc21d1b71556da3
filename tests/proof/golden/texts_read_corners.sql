-- texts_read_corners: What is no date or number is NULL: the year 0, other scripts' digits, thousands.
--
-- rows:
--   [null, "0001-01-05", "2024-01-05", null, null, 12, 12, null, null, null, null, null]

SELECT
  SAFE_CAST('0000-01-05' AS DATE) AS v0,
  SAFE_CAST('0001-01-05' AS DATE) AS v1,
  SAFE_CAST('2024-1-5' AS DATE) AS v2,
  SAFE_CAST('2024-13-05' AS DATE) AS v3,
  SAFE_CAST('2023-02-29' AS DATE) AS v4,
  SAFE_CAST(' 12 ' AS INT64) AS v5,
  SAFE_CAST('+12' AS INT64) AS v6,
  SAFE_CAST('٣' AS INT64) AS v7,
  SAFE_CAST('1_000' AS INT64) AS v8,
  SAFE_CAST('' AS INT64) AS v9,
  SAFE_CAST('9223372036854775808' AS INT64) AS v10,
  SAFE_CAST(CAST(NULL AS STRING) AS INT64) AS v11
