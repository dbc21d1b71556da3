-- date_array: The dates between two dates.
--
-- rows:
--   ["2024-02-28"]
--   ["2024-02-29"]
--   ["2024-03-01"]

SELECT day
FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2024-02-28', DATE '2024-03-01')) AS day
ORDER BY day
