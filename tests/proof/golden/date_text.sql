-- date_text: Dates as text, and from numbers.
--
-- rows:
--   ["2024-03-03", "202403", "2024-03-01", "2024-03-03"]

SELECT
  FORMAT_DATE('%Y-%m-%d', DATE '2024-03-03') AS v0,
  FORMAT_DATE('%Y%m', DATE '2024-03-03') AS v1,
  DATE(2024, 3, 1) AS v2,
  DATE(TIMESTAMP '2024-03-03 23:11:12') AS v3
