-- parse_date: A text in the form of the format; NULL stays NULL.
--
-- rows:
--   [null, "1969-12-31", "0001-01-01"]
--   ["2024-02-29", "1969-12-31", "0001-01-01"]
--   ["9999-12-31", "1969-12-31", "0001-01-01"]

SELECT
  PARSE_DATE('%Y%m%d', SPLIT(x, '_')[OFFSET(0)]) AS v1,
  PARSE_DATE('%Y-%m-%d', '1969-12-31') AS v2,
  PARSE_DATE('%Y-%m-%d', '0001-01-01') AS v3
FROM UNNEST(['20240229_BOS_LAL', '99991231_x', NULL]) AS x
ORDER BY v1
