-- comparison: Comparisons with NULL are NULL.
--
-- rows:
--   [true, true, false, true, true, false, true, false, false, null, true, true, false, null]

SELECT
  1 = 1 AS v0,
  1 != 2 AS v1,
  1 <> 1 AS v2,
  1 < 2 AS v3,
  2 <= 2 AS v4,
  3 > 4 AS v5,
  4 >= 4 AS v6,
  'a' < 'B' AS v7,
  'a' = 'A' AS v8,
  CAST(NULL AS INT64) = 1 AS v9,
  DATE '2024-01-01' < DATE '2024-01-02' AS v10,
  2 BETWEEN 1 AND 3 AS v11,
  2 NOT BETWEEN 1 AND 3 AS v12,
  CAST(NULL AS INT64) BETWEEN 1 AND 2 AS v13
