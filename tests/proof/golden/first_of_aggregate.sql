-- first_of_aggregate: LIMIT in an aggregate takes the first in its order; of 0 rows it is NULL.
--
-- rows:
--   [[3, 2], [1, 2], 3, [3], null, "1-2", "3,2"]

SELECT
  ARRAY_AGG(x ORDER BY x DESC LIMIT 2) AS v0,
  ARRAY_AGG(x IGNORE NULLS ORDER BY x LIMIT 2) AS v1,
  ARRAY_AGG(x ORDER BY x DESC LIMIT 1)[OFFSET(0)] AS v2,
  ARRAY_AGG(IF(x > 2, x, NULL) IGNORE NULLS ORDER BY x LIMIT 9) AS v3,
  ARRAY_AGG(x ORDER BY x LIMIT 0) AS v4,
  STRING_AGG(CAST(x AS STRING), '-' ORDER BY x LIMIT 2) AS v5,
  STRING_AGG(CAST(x AS STRING) ORDER BY x DESC LIMIT 2) AS v6
FROM UNNEST([3, 1, NULL, 2]) AS x
WHERE x IS NOT NULL
