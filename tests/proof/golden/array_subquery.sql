-- array_subquery: An array from a query: empty, not NULL, when there is no row.
--
-- rows:
--   [[1, 2, 3], [3, 2], [2, 1], [], 6, null, false]

SELECT
  ARRAY(SELECT x FROM UNNEST([3, 1, 2]) AS x ORDER BY x) AS v0,
  ARRAY(SELECT x FROM UNNEST([3, NULL, 2]) AS x WITH OFFSET AS i WHERE x IS NOT NULL ORDER BY i) AS v1,
  ARRAY(SELECT i FROM UNNEST([3, 1, 2]) AS x WITH OFFSET AS i WHERE i > 0 ORDER BY i DESC) AS v2,
  ARRAY(SELECT x FROM UNNEST([3]) AS x WHERE x > 5) AS v3,
  (SELECT SUM(x) FROM UNNEST([3, 1, 2]) AS x) AS v4,
  (SELECT MAX(x) FROM UNNEST(ARRAY<INT64>[]) AS x) AS v5,
  EXISTS (SELECT 1 FROM UNNEST([1]) AS x WHERE x = 2) AS v6
