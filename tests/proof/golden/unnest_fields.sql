-- unnest_fields: Without a name the fields are the columns.
--
-- rows:
--   [2018, "2018-10-16"]

SELECT season_year, first_day
FROM UNNEST([STRUCT(2018 AS season_year, DATE '2018-10-16' AS first_day)])
ORDER BY season_year
