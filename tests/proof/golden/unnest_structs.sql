-- unnest_structs: A struct a row: by its name, or field by field.
--
-- rows:
--   [2018, "2018-10-16", {"season_year": 2018, "first_day": "2018-10-16"}, 0]
--   [2019, "2019-10-22", {"season_year": 2019, "first_day": "2019-10-22"}, 1]

SELECT
  season.season_year, season.first_day, season, position
FROM UNNEST([
  STRUCT(2018 AS season_year, DATE '2018-10-16' AS first_day),
  STRUCT(2019, DATE '2019-10-22')
]) AS season WITH OFFSET AS position
ORDER BY position
