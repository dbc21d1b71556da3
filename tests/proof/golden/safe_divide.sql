-- safe_divide: SAFE_DIVIDE by zero, or of NULL, is NULL.
--
-- rows:
--   [null, 3.5, 3.0, null, null]

SELECT
  SAFE_DIVIDE(1, 0) AS v0,
  SAFE_DIVIDE(7, 2) AS v1,
  SAFE_DIVIDE(1.5, 0.5) AS v2,
  SAFE_DIVIDE(CAST(NULL AS INT64), 2) AS v3,
  SAFE_DIVIDE(0, 0) AS v4
