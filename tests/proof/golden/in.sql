-- in: IN and NOT IN with NULL in the list.
--
-- rows:
--   [true, null, null, true, true, true, false]

SELECT
  1 IN (1, 2) AS v0,
  1 IN (2, NULL) AS v1,
  1 NOT IN (2, NULL) AS v2,
  1 NOT IN (2, 3) AS v3,
  'a' IN ('a') AS v4,
  1 IN UNNEST([1, 2]) AS v5,
  3 IN UNNEST([1, 2]) AS v6
