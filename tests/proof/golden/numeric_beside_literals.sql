-- numeric_beside_literals: A literal such as 0.5 beside a NUMERIC is a NUMERIC: nine decimals, exact.
--
-- rows:
--   [null, null, null, null, "-0.5", "0.25", "0.5", null, null, null, null]
--   ["-0.75", "-0.7", "-0.714285714", "-1.666666667", "-0.5", "0.25", "2", "0.123456789", "-16.666666667", "-4.3", "0.00025"]
--   ["0", "-0.2", "0", "0", "0", "0.25", "2", "0.123456789", "-16.666666667", "0", "0"]
--   ["1.65", "0.9", "1.571428571", "3.666666667", "1.1", "0.25", "0.275", "1.1", "20", "9.4", "0.00121"]
--   ["3.518518352", "2.145678901", "3.350969859", "7.81892967", "2.345678901", "2.345678901", "0.586419725", "2.345678901", "98.1892967", "20.1", "0.00550221"]

SELECT
  m * 1.5 AS v1,
  m + 0.1 - 0.3 AS v2,
  m / 0.7 AS v3,
  SAFE_DIVIDE(m, 0.3) AS v4,
  COALESCE(m, -0.5) AS v5,
  IF(m > 2, m, 0.25) AS v6,
  CASE WHEN m IS NULL THEN 0.5 WHEN m > 1 THEN m * 2.5 * 0.1 ELSE 2 END AS v7,
  GREATEST(m, 0.123456789) AS v8,
  100.0 * SUM(m) OVER (ORDER BY m) / 3 AS v9,
  ROUND(m * 60.0 / 7, 1) AS v10,
  (m * 0.1) * (m * 0.1) * 0.1 AS v11
FROM UNNEST([NUMERIC '1.1', NUMERIC '2.345678901', NUMERIC '-0.5', NUMERIC '0', NULL]) AS m
ORDER BY m
