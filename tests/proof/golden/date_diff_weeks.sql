-- date_diff_weeks: Weeks count their first days, Sunday or Monday; quarters count borders.
--
-- rows:
--   [null, null, null, null, null, null]
--   ["1969-12-28", -2818, -2819, -2819, 2819, -217]
--   ["2023-12-30", -1, -1, -1, 2, -1]
--   ["2023-12-31", 0, -1, -1, 1, -1]
--   ["2024-01-01", 0, 0, 0, 1, 0]
--   ["2024-01-06", 0, 0, 0, 1, 0]
--   ["2024-01-07", 1, 0, 0, 0, 0]
--   ["2024-01-08", 1, 1, 1, 0, 0]
--   ["2025-01-01", 52, 52, 52, -51, 4]

SELECT
  day,
  DATE_DIFF(day, DATE '2024-01-01', WEEK) AS v1,
  DATE_DIFF(day, DATE '2024-01-01', WEEK(MONDAY)) AS v2,
  DATE_DIFF(day, DATE '2024-01-01', ISOWEEK) AS v3,
  DATE_DIFF(DATE '2024-01-07', day, WEEK) AS v4,
  DATE_DIFF(day, DATE '2024-01-01', QUARTER) AS v5
FROM UNNEST([
  DATE '2023-12-30', DATE '2023-12-31', DATE '2024-01-01', DATE '2024-01-06', DATE '2024-01-07',
  DATE '2024-01-08', DATE '2025-01-01', DATE '1969-12-28', NULL
]) AS day
ORDER BY day
