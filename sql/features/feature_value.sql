-- feature_value: every feature by name; NULL where a feature is missing.
--
-- grain:    player_lookup, game_date
-- inputs:   matchup
-- lookback: none
-- nulls:    a feature with too few games, or without an input; bit n of missing_mask is set where
--           feature n is missing

SELECT
  player_id,
  player_season_id,
  day_number,
  player_lookup,
  universal_player_id,
  game_id,
  game_date,
  opponent_team_abbr,
  is_early_season,
  listed_status,
  days_rest,
  season_games,
  recent_games,
  recent_row_count AS window_rows,
  -- generated window_games by `featurestore features generate`
  LEAST(season_games, 10) AS window_games,
  -- end of generated window_games
  -- generated feature_values by `featurestore features generate`
  points_avg_last_5,
  points_avg_last_10,
  points_avg_season,
  points_std_last_10,
  games_in_last_7_days,
  fatigue_score,
  shot_zone_mismatch_score,
  pace_score,
  usage_spike_score,
  rest_advantage,
  injury_risk,
  recent_trend,
  minutes_change,
  opponent_def_rating,
  opponent_pace,
  home_away,
  back_to_back,
  playoff_game,
  pct_paint,
  pct_mid_range,
  pct_three,
  pct_free_throw,
  team_pace,
  team_off_rating,
  team_win_pct,
  vegas_points_line,
  vegas_opening_line,
  vegas_line_move,
  has_vegas_line,
  avg_points_vs_opponent,
  games_vs_opponent,
  minutes_avg_last_10,
  ppm_avg_last_10,
  dnp_rate,
  pts_slope_10g,
  pts_vs_season_zscore,
  breakout_flag,
  -- end of generated feature_values
  -- generated missing_mask by `featurestore features generate`
  IF(points_avg_last_5 IS NULL, 1 << 0, 0)
    | IF(points_avg_last_10 IS NULL, 1 << 1, 0)
    | IF(points_avg_season IS NULL, 1 << 2, 0)
    | IF(points_std_last_10 IS NULL, 1 << 3, 0)
    | IF(games_in_last_7_days IS NULL, 1 << 4, 0)
    | IF(fatigue_score IS NULL, 1 << 5, 0)
    | IF(shot_zone_mismatch_score IS NULL, 1 << 6, 0)
    | IF(pace_score IS NULL, 1 << 7, 0)
    | IF(usage_spike_score IS NULL, 1 << 8, 0)
    | IF(rest_advantage IS NULL, 1 << 9, 0)
    | IF(injury_risk IS NULL, 1 << 10, 0)
    | IF(recent_trend IS NULL, 1 << 11, 0)
    | IF(minutes_change IS NULL, 1 << 12, 0)
    | IF(opponent_def_rating IS NULL, 1 << 13, 0)
    | IF(opponent_pace IS NULL, 1 << 14, 0)
    | IF(home_away IS NULL, 1 << 15, 0)
    | IF(back_to_back IS NULL, 1 << 16, 0)
    | IF(playoff_game IS NULL, 1 << 17, 0)
    | IF(pct_paint IS NULL, 1 << 18, 0)
    | IF(pct_mid_range IS NULL, 1 << 19, 0)
    | IF(pct_three IS NULL, 1 << 20, 0)
    | IF(pct_free_throw IS NULL, 1 << 21, 0)
    | IF(team_pace IS NULL, 1 << 22, 0)
    | IF(team_off_rating IS NULL, 1 << 23, 0)
    | IF(team_win_pct IS NULL, 1 << 24, 0)
    | IF(vegas_points_line IS NULL, 1 << 25, 0)
    | IF(vegas_opening_line IS NULL, 1 << 26, 0)
    | IF(vegas_line_move IS NULL, 1 << 27, 0)
    | IF(has_vegas_line IS NULL, 1 << 28, 0)
    | IF(avg_points_vs_opponent IS NULL, 1 << 29, 0)
    | IF(games_vs_opponent IS NULL, 1 << 30, 0)
    | IF(minutes_avg_last_10 IS NULL, 1 << 31, 0)
    | IF(ppm_avg_last_10 IS NULL, 1 << 32, 0)
    | IF(dnp_rate IS NULL, 1 << 33, 0)
    | IF(pts_slope_10g IS NULL, 1 << 34, 0)
    | IF(pts_vs_season_zscore IS NULL, 1 << 35, 0)
    | IF(breakout_flag IS NULL, 1 << 36, 0)
    AS missing_mask
  -- end of generated missing_mask
FROM matchup
