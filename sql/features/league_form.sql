-- league_form: what the whole league makes in each shot zone, as known before each date.
--
-- grain:    season_year, game_date
-- inputs:   matchup_game
-- lookback: 365 days, the date itself excluded
-- nulls:    no attempt known before the date this season

WITH
  day AS (
    SELECT
      season_year,
      game_date,
      SUM(paint_attempts_known) AS paint_attempts,
      SUM(paint_makes) AS paint_makes,
      SUM(mid_range_attempts_known) AS mid_range_attempts,
      SUM(mid_range_makes) AS mid_range_makes,
      SUM(three_attempts_known) AS three_attempts,
      SUM(three_makes) AS three_makes
    FROM matchup_game
    GROUP BY season_year, game_date
  )
SELECT
  season_year,
  game_date,
  SAFE_DIVIDE(SUM(paint_makes) OVER season, SUM(paint_attempts) OVER season) AS paint_league,
  SAFE_DIVIDE(SUM(mid_range_makes) OVER season, SUM(mid_range_attempts) OVER season)
    AS mid_range_league,
  SAFE_DIVIDE(SUM(three_makes) OVER season, SUM(three_attempts) OVER season) AS three_league
FROM day
WINDOW
  season AS (
    PARTITION BY season_year
    ORDER BY game_date
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
