-- bootstrap_gap: the players and dates of a season's first days, which get no row by default.
--
-- grain:    player_lookup, game_date
-- inputs:   target, season_calendar
-- lookback: none
-- nulls:    none

SELECT
  target.player_lookup,
  target.game_date,
  target.game_id,
  'bootstrap' AS reason,
  CONCAT(
    'day ',
    CAST(DATE_DIFF(target.game_date, season_calendar.first_day, DAY) AS STRING),
    ' of the season; features start on day ',
    CAST(@bootstrap_days AS STRING)
  ) AS reason_detail,
  target.team_abbr,
  target.opponent_team_abbr,
  target.season_year
FROM target
INNER JOIN season_calendar
  ON season_calendar.season_year = target.season_year
WHERE target.is_early_season
