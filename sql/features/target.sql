-- target: the rows of the range that get features, with only what is known before the game.
--
-- grain:    player_lookup, game_date
-- inputs:   summary, season_calendar
-- lookback: none
-- nulls:    is_playoff: the season is not in the calendar; points_line, opening_line: no line

SELECT
  summary.player_lookup,
  summary.universal_player_id,
  summary.game_id,
  summary.game_date,
  summary.day_number,
  summary.team_abbr,
  summary.opponent_team_abbr,
  summary.season_year,
  summary.points_line,
  summary.opening_line,
  SPLIT(summary.game_id, '_')[SAFE_OFFSET(2)] = summary.team_abbr AS is_home,
  summary.game_date >= season_calendar.playoff_day AS is_playoff,
  IFNULL(
    DATE_DIFF(summary.game_date, season_calendar.first_day, DAY) BETWEEN 0 AND @bootstrap_days - 1,
    FALSE
  ) AS is_early_season
FROM summary
LEFT JOIN season_calendar
  ON season_calendar.season_year = summary.season_year
WHERE summary.game_date BETWEEN @start_date AND @end_date
