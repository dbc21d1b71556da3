-- numeric_averages_window: AVG of NUMERIC over a frame.
--
-- rows:
--   [1, null]
--   [2, "1"]
--   [3, "-0.500000001"]
--   [4, "-2.000000001"]

SELECT i, AVG(x) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS v1
FROM (
  SELECT 1 AS i, NUMERIC '1' AS x
  UNION ALL
  SELECT 2, NUMERIC '-2.000000001'
  UNION ALL
  SELECT 3, NULL
  UNION ALL
  SELECT 4, NUMERIC '0.1'
)
ORDER BY i
