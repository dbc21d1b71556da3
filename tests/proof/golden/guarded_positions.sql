-- guarded_positions: What may end in an error stands wherever rows are ordered, grouped, joined and filtered.
--
-- rows:
--   ["A", 2, "A,a", [2, 1], 2.5, 0, 2, "é", "BC"]
--   ["BC", 2, "Bc,bC", [4, 3], 0.5, 1, 1, "é", null]

WITH grouped AS (
  SELECT
    UPPER(t.s) AS v1,
    COUNT(*) AS v2,
    STRING_AGG(t.s ORDER BY LOWER(t.s) DESC, LEFT(t.s, t.n), t.i) AS v3,
    ARRAY_AGG(t.i ORDER BY [1, 2, 3][OFFSET(t.n)], POW(t.x, t.n), t.i) AS v4,
    MIN(CAST(CONCAT(t.n, '') AS INT64)) AS n,
    MAX(t.x * 1e300) / 1e300 AS x
  FROM (
    SELECT 1 AS i, 'a' AS s, 1 AS n, 2.5 AS x
    UNION ALL
    SELECT 2, 'A', 0, 1.5
    UNION ALL
    SELECT 3, 'Bc', 2, 0.5
    UNION ALL
    SELECT 4, 'bC', 1, 0.25
    UNION ALL
    SELECT 5, 'é', 0, 3.0
  ) AS t
  INNER JOIN (SELECT 'A' AS k UNION ALL SELECT 'bc' UNION ALL SELECT 'É') AS u
    ON LOWER(t.s) = LOWER(u.k) AND REPEAT(t.s, t.n) != 'x'
  WHERE FORMAT_DATE('%Y', DATE_ADD(DATE '2025-01-01', INTERVAL t.n YEAR)) >= '2025'
    AND GREATEST(t.x, SAFE_DIVIDE(t.x, t.x)) * 1e300 > 1
  GROUP BY UPPER(t.s)
  HAVING SUM(t.x * 1e300) > 1
)

SELECT
  v1,
  v2,
  v3,
  v4,
  x AS v5,
  SUM(n) OVER (PARTITION BY LENGTH(LOWER(v1)) ORDER BY LOWER(v1)) AS v6,
  ROW_NUMBER() OVER (PARTITION BY n >> 1 ORDER BY EXP(x), REPEAT(v1, n)) AS v7,
  FIRST_VALUE(LOWER(v1)) OVER (ORDER BY x * 1e300 DESC) AS v8,
  LAG(v1, 1) OVER (ORDER BY [3, 2, 1][OFFSET(n)], v1) AS v9
FROM grouped
QUALIFY
  ROW_NUMBER() OVER (PARTITION BY LEFT(v1, n), x / 1e-300 > 1 ORDER BY UPPER(v1), SQRT(x)) = 1
ORDER BY LOWER(v1), x * 1e300
