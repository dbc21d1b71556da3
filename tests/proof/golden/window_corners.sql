-- window_corners: A frame outside the rows is empty; ties and one row in ranks.
--
-- rows:
--   [1, null, 0, 5.0, 4, -1, null, 8, 1, 1, 0.0, 3, 0.75, 2, null]
--   [2, 4, 1, null, 5, -1, null, 10, 3, 2, 0.0, 4, 1.0, 1, 0.7071067811865476]
--   [3, 9, 2, null, null, -1, null, 7, 7, 3, 0.0, 1, 0.5, 3, 0.7071067811865476]
--   [4, 5, 1, null, null, -1, null, 7, 7, 4, 0.0, 1, 0.5, 4, 0.7071067811865476]

SELECT
  i,
  SUM(x) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS v1,
  COUNT(x) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS v2,
  AVG(x) OVER (ORDER BY i ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS v3,
  LAG(x, 0) OVER (ORDER BY i) AS v4,
  LAG(x, 9, -1) OVER (ORDER BY i) AS v5,
  NTH_VALUE(x, 9) OVER (ORDER BY i) AS v6,
  SUM(i) OVER (ORDER BY x) AS v7,
  SUM(i) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS v8,
  NTILE(9) OVER (ORDER BY i) AS v9,
  PERCENT_RANK() OVER (PARTITION BY i ORDER BY x) AS v10,
  RANK() OVER (ORDER BY x) AS v11,
  CUME_DIST() OVER (ORDER BY x) AS v12,
  ROW_NUMBER() OVER (ORDER BY x DESC, i) AS v13,
  STDDEV(x) OVER (ORDER BY i) AS v14
FROM (
  SELECT 1 AS i, 4 AS x
  UNION ALL
  SELECT 2, 5
  UNION ALL
  SELECT 3, NULL
  UNION ALL
  SELECT 4, NULL
)
ORDER BY i
