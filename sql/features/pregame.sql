-- pregame: what was known before the game of each row that gets features.
--
-- grain:    player_lookup, game_date
-- inputs:   roster, appearance, player_form, usage_form, meeting, team_form,
--           league_form, injury_status
-- lookback: none
-- nulls:    as in the inputs; injury_risk: no report on the date; counts of games are never NULL

-- Columns that are features already have a feature's name; the others are inputs of the relations
-- of the groups.
WITH
  injury_report_day AS (
    SELECT
      game_date,
      COUNT(*) AS report_count
    FROM injury_status
    GROUP BY game_date
  )
SELECT
  roster.* EXCEPT (team_abbr, season_year),
  appearance.games_before AS season_games,
  LEAST(appearance.games_before, 10) AS recent_games,
  appearance.recent_row_count,
  appearance.dnp_count,
  appearance.points_season,
  appearance.minutes_tenths_avg_season,
  IFNULL(appearance.minutes_tenths_last_7_days, 0) AS minutes_tenths_last_7_days,
  appearance.games_last_7_days,
  appearance.back_to_backs_last_14_days,
  player_form.* EXCEPT (player_season_id, games_before),
  roster.day_number - player_form.last_played_day AS days_rest,
  usage_form.usage_hundredths_last_3,
  meeting.meeting_count,
  meeting.meeting_points,
  team.team_pace,
  team.team_off_rating,
  team.team_win_pct,
  DATE_DIFF(roster.game_date, opponent.last_game_date, DAY) AS opponent_days_rest,
  opponent.opponent_pace,
  opponent.opponent_def_rating,
  opponent.paint_allowed - league_form.paint_league AS paint_allowed_above_league,
  opponent.mid_range_allowed - league_form.mid_range_league AS mid_range_allowed_above_league,
  opponent.three_allowed - league_form.three_league AS three_allowed_above_league,
  CAST(IF(injury_report_day.report_count > 0, IFNULL(injury_status.severity, 0), NULL) AS FLOAT64)
    AS injury_risk
FROM roster
INNER JOIN appearance
  ON appearance.player_season_id = roster.player_season_id
  AND appearance.day_number = roster.day_number
LEFT JOIN player_form
  ON player_form.player_season_id = appearance.player_season_id
  AND player_form.games_before = appearance.games_before
LEFT JOIN usage_form
  ON usage_form.player_season_id = appearance.player_season_id
  AND usage_form.usage_games_before = appearance.usage_games_before
LEFT JOIN meeting
  ON meeting.player_id = roster.player_id
  AND meeting.day_number = roster.day_number
LEFT JOIN team_form AS team
  ON team.team_abbr = roster.team_abbr
  AND team.season_year = roster.season_year
  AND team.game_date = roster.game_date
LEFT JOIN team_form AS opponent
  ON opponent.team_abbr = roster.opponent_team_abbr
  AND opponent.season_year = roster.season_year
  AND opponent.game_date = roster.game_date
LEFT JOIN league_form
  ON league_form.season_year = roster.season_year
  AND league_form.game_date = roster.game_date
LEFT JOIN injury_report_day
  ON injury_report_day.game_date = roster.game_date
LEFT JOIN injury_status
  ON injury_status.game_date = roster.game_date
  AND injury_status.player_lookup = roster.player_lookup
