-- correlation_window: CORR over a frame: NULL while the frame holds one pair.
--
-- rows:
--   [1, null]
--   [2, 1.0]
--   [3, -0.6546536707079772]

SELECT i, CORR(x, y) OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS v1
FROM (SELECT 1 AS i, 1.0 AS x, 2.0 AS y UNION ALL SELECT 2, 2.0, 3.0 UNION ALL SELECT 3, 4.0, 1.0)
ORDER BY i
