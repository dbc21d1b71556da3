-- numeric_text_corners: NUMERIC as STRING has the digits that it needs: no zeros at the end, no point without a fraction.
--
-- rows:
--   [null, null, null, null]
--   ["-99999999999999999999999999999.999999999", "0", "-99999999999999999999999999999.999999999 points", null]
--   ["-100", "0", "-100 points", "-50"]
--   ["-0.5", "0", "-0.5 points", "-0.25"]
--   ["0", "0", "0 points", "0"]
--   ["0.000000001", "0", "0.000000001 points", "0.000000001"]
--   ["1.5", "0", "1.5 points", "0.75"]
--   ["1020.3", "0", "1020.3 points", "510.15"]
--   ["99999999999999999999999999999", "0", "99999999999999999999999999999 points", null]

SELECT
  CAST(m AS STRING) AS v0,
  CAST(m - m AS STRING) AS v1,
  CONCAT(CAST(m AS STRING), ' points') AS v2,
  CAST(IF(ABS(m) < 1000000, m / 2, NULL) AS STRING) AS v3
FROM UNNEST([
  NUMERIC '0', NUMERIC '-0.50', NUMERIC '1.5', NUMERIC '-100', NUMERIC '1020.300', NUMERIC '0.000000001',
  NUMERIC '99999999999999999999999999999', NUMERIC '-99999999999999999999999999999.999999999', NULL
]) AS m
ORDER BY m
