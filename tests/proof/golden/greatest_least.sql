-- greatest_least: GREATEST and LEAST are NULL when any argument is.
--
-- rows:
--   [null, null, 2.5, 1, "2023-01-01", "b"]

SELECT
  GREATEST(1, NULL, 3) AS v0,
  LEAST(1, CAST(NULL AS INT64)) AS v1,
  GREATEST(1, 2.5) AS v2,
  LEAST(3, 2, 1) AS v3,
  LEAST(DATE '2024-01-01', DATE '2023-01-01') AS v4,
  GREATEST('a', 'b') AS v5
