-- season_calendar: first day and first playoff day of each season the league has published.
--
-- grain:    season_year
-- inputs:   none
-- lookback: none
-- nulls:    none; a season that is not listed has no early dates and no playoff flag

SELECT
  2018 AS season_year,
  DATE '2018-10-16' AS first_day,
  DATE '2019-04-13' AS playoff_day
UNION ALL
SELECT
  2019 AS season_year,
  DATE '2019-10-22' AS first_day,
  DATE '2020-08-17' AS playoff_day
UNION ALL
SELECT
  2020 AS season_year,
  DATE '2020-12-22' AS first_day,
  DATE '2021-05-22' AS playoff_day
UNION ALL
SELECT
  2021 AS season_year,
  DATE '2021-10-19' AS first_day,
  DATE '2022-04-16' AS playoff_day
UNION ALL
SELECT
  2022 AS season_year,
  DATE '2022-10-18' AS first_day,
  DATE '2023-04-15' AS playoff_day
UNION ALL
SELECT
  2023 AS season_year,
  DATE '2023-10-24' AS first_day,
  DATE '2024-04-20' AS playoff_day
UNION ALL
SELECT
  2024 AS season_year,
  DATE '2024-10-22' AS first_day,
  DATE '2025-04-19' AS playoff_day
UNION ALL
SELECT
  2025 AS season_year,
  DATE '2025-10-21' AS first_day,
  DATE '2026-04-18' AS playoff_day
