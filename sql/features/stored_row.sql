-- stored_row: the columns of a feature row that a replica stores: keys, values and pattern.
--
-- grain:    player_lookup, game_date
-- inputs:   feature_value, recency, recent_game
-- lookback: none
-- nulls:    feature_N_value: the feature is missing; days_rest: no game played this season;
--           listed_status: the player has a game summary row

-- What depends only on the definitions (qualities, tiers, defaults, names) is in feature_quality,
-- by pattern, and in ml_feature_store_v2.
SELECT
  feature_value.player_lookup,
  feature_value.universal_player_id,
  feature_value.game_date,
  feature_value.game_id,
  feature_value.opponent_team_abbr,
  feature_value.home_away = 1 AS is_home,
  feature_value.days_rest,
  feature_value.is_early_season,
  feature_value.listed_status,
  feature_value.recent_games,
  LEAST(recency.games_last_365_days, 10) AS games_expected,
  IF(
    feature_value.recent_games = 0,
    ARRAY<DATE>[],
    ARRAY_SLICE(
      [
        recent_game.date_1,
        recent_game.date_2,
        recent_game.date_3,
        recent_game.date_4,
        recent_game.date_5,
        recent_game.date_6,
        recent_game.date_7,
        recent_game.date_8,
        recent_game.date_9,
        recent_game.date_10
      ],
      0,
      feature_value.recent_games - 1
    )
  ) AS contributing_game_dates,
  @computed_at AS computed_at,
  feature_value.missing_mask,
  feature_value.window_games,
  feature_value.window_rows,
  -- generated kept_values by `featurestore features generate`
  feature_value.points_avg_last_5 AS feature_0_value,
  feature_value.points_avg_last_10 AS feature_1_value,
  feature_value.points_avg_season AS feature_2_value,
  feature_value.points_std_last_10 AS feature_3_value,
  feature_value.games_in_last_7_days AS feature_4_value,
  feature_value.fatigue_score AS feature_5_value,
  feature_value.shot_zone_mismatch_score AS feature_6_value,
  feature_value.pace_score AS feature_7_value,
  feature_value.usage_spike_score AS feature_8_value,
  feature_value.rest_advantage AS feature_9_value,
  feature_value.injury_risk AS feature_10_value,
  feature_value.recent_trend AS feature_11_value,
  feature_value.minutes_change AS feature_12_value,
  feature_value.opponent_def_rating AS feature_13_value,
  feature_value.opponent_pace AS feature_14_value,
  feature_value.home_away AS feature_15_value,
  feature_value.back_to_back AS feature_16_value,
  feature_value.playoff_game AS feature_17_value,
  feature_value.pct_paint AS feature_18_value,
  feature_value.pct_mid_range AS feature_19_value,
  feature_value.pct_three AS feature_20_value,
  feature_value.pct_free_throw AS feature_21_value,
  feature_value.team_pace AS feature_22_value,
  feature_value.team_off_rating AS feature_23_value,
  feature_value.team_win_pct AS feature_24_value,
  feature_value.vegas_points_line AS feature_25_value,
  feature_value.vegas_opening_line AS feature_26_value,
  feature_value.vegas_line_move AS feature_27_value,
  feature_value.has_vegas_line AS feature_28_value,
  feature_value.avg_points_vs_opponent AS feature_29_value,
  feature_value.games_vs_opponent AS feature_30_value,
  feature_value.minutes_avg_last_10 AS feature_31_value,
  feature_value.ppm_avg_last_10 AS feature_32_value,
  feature_value.dnp_rate AS feature_33_value,
  feature_value.pts_slope_10g AS feature_34_value,
  feature_value.pts_vs_season_zscore AS feature_35_value,
  feature_value.breakout_flag AS feature_36_value
  -- end of generated kept_values
FROM feature_value
INNER JOIN recency
  ON recency.player_id = feature_value.player_id
  AND recency.day_number = feature_value.day_number
LEFT JOIN recent_game
  ON recent_game.player_season_id = feature_value.player_season_id
  AND recent_game.games_before = feature_value.season_games
WHERE @include_bootstrap OR NOT feature_value.is_early_season
