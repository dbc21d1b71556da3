-- any_value: ANY_VALUE of a group in which all values are the same.
--
-- rows:
--   [1, "a", "2024-01-01", 2]
--   [2, null, "2024-01-02", 1]

SELECT k, ANY_VALUE(v) AS v1, ANY_VALUE(d) AS v2, COUNT(*) AS v3
FROM (
  SELECT 1 AS k, 'a' AS v, DATE '2024-01-01' AS d
  UNION ALL
  SELECT 1, 'a', DATE '2024-01-01'
  UNION ALL
  SELECT 2, NULL, DATE '2024-01-02'
)
GROUP BY k
ORDER BY k
