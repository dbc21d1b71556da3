-- comments: A comment inside a construct changes nothing.
--
-- rows:
--   [2024, true, "1", "2024-05-01", "2024-05-06", "2024", 1]

SELECT
  EXTRACT(YEAR /* the year */ FROM DATE '2024-01-01') AS v0,
  x IS NOT NULL /* why */ AS v1,
  CAST(x AS /* text */ STRING) AS v2,
  DATE_TRUNC(DATE '2024-05-05', MONTH /* month */) AS v3,
  DATE_ADD(DATE '2024-05-05', INTERVAL 1 DAY -- a day
  ) AS v4,
  FORMAT_DATE('%Y' /* year */, DATE '2024-05-05') AS v5,
  SUM(x /* all */) OVER (ORDER BY x ROWS -- rows
  BETWEEN 1 PRECEDING AND CURRENT ROW) AS v6
FROM UNNEST([1]) AS x
WHERE x IS NOT NULL -- why
