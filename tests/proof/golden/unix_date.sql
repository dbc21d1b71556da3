-- unix_date: Days since 1970-01-01.
--
-- rows:
--   [19783, -1, "2024-03-01"]

SELECT
  UNIX_DATE(DATE '2024-03-01') AS v0,
  UNIX_DATE(DATE '1969-12-31') AS v1,
  DATE_FROM_UNIX_DATE(19783) AS v2
