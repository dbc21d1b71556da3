-- correlation: CORR and COVAR_SAMP of one pair, and of none, are NULL; a NULL leaves its pair out.
--
-- rows:
--   ["falling", -1.0, -0.5, -0.25]
--   ["none", null, null, null]
--   ["one", null, null, 0.0]
--   ["three", 0.5, 0.5833333333333334, 0.3888888888888889]

WITH
  pair AS (
    SELECT 'three' AS label, 1.0 AS x, 2.0 AS y
    UNION ALL
    SELECT 'three', 2.0, 3.5
    UNION ALL
    SELECT 'three', 4.0, 3.0
    UNION ALL
    SELECT 'one', 1.0, 2.0
    UNION ALL
    SELECT 'one', NULL, 3.0
    UNION ALL
    SELECT 'none', NULL, 2.0
    UNION ALL
    SELECT 'falling', 1.0, 2.0
    UNION ALL
    SELECT 'falling', 2.0, 1.0
  )
SELECT label, CORR(x, y) AS v1, COVAR_SAMP(x, y) AS v2, COVAR_POP(x, y) AS v3
FROM pair
GROUP BY label
ORDER BY label
