-- nba_predictions.ml_feature_store_v2: the feature store: one row per player and game date.
--
-- grain:     player_lookup, game_date
-- key:       player_lookup, game_date
-- direction: pushed
-- version:   feature_version
-- entity:    player_lookup, universal_player_id
-- event:     game_date, game_id
-- optional:  no
-- unwritten: feature_fallback_reasons_json, feature_sample_sizes_json,
--            feature_expected_values_json, feature_value_ranges_valid_json,
--            feature_upstream_tables_json, feature_last_updated_json, feature_schema_version,
--            available_feature_names, breakout_model_compatible, breakout_v3_features_available,
--            upstream_processors_ran, missing_processors, feature_store_age_hours,
--            upstream_data_freshness_hours, quality_computed_at, quality_schema_version,
--            feature_sources, primary_data_source, matchup_data_status

CREATE TABLE IF NOT EXISTS nba_predictions.ml_feature_store_v2 (
  player_lookup STRING NOT NULL
    OPTIONS (description = 'Player key: the full name in lower-case letters only'),
  universal_player_id STRING
    OPTIONS (description = 'Player identity that survives a change of name'),
  game_date DATE NOT NULL
    OPTIONS (description = 'Calendar date of the game in the league\'s time zone'),
  game_id STRING NOT NULL OPTIONS (description = 'Game key, YYYYMMDD_AWAY_HOME'),
  features ARRAY<FLOAT64>
    OPTIONS (description = 'The values in order, the default where a feature is missing'),
  feature_names ARRAY<STRING> OPTIONS (description = 'The names of the features in order'),
  feature_count INT64 NOT NULL OPTIONS (description = 'Number of features'),
  feature_version STRING NOT NULL OPTIONS (description = 'Version of the feature contract'),
  feature_generation_time_ms INT64 OPTIONS (description = 'Not computed here'),
  feature_quality_score NUMERIC(5, 2)
    OPTIONS (description = 'Mean of the qualities, capped when required features are missing'),
  opponent_team_abbr STRING OPTIONS (description = 'The other team'),
  is_home BOOL OPTIONS (description = 'TRUE when the player\'s team is at home'),
  days_rest INT64
    OPTIONS (description = 'Days since the player\'s last game of the season; NULL before the first'),
  data_source STRING NOT NULL
    OPTIONS (description = 'early_season in a season\'s first days, else calculated'),
  source_daily_cache_last_updated TIMESTAMP OPTIONS (description = 'Not computed here; stays NULL'),
  source_daily_cache_rows_found INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  source_daily_cache_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Not computed here; stays NULL'),
  source_daily_cache_hash STRING OPTIONS (description = 'Not computed here; stays NULL'),
  source_composite_last_updated TIMESTAMP OPTIONS (description = 'Not computed here; stays NULL'),
  source_composite_rows_found INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  source_composite_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Not computed here; stays NULL'),
  source_composite_hash STRING OPTIONS (description = 'Not computed here; stays NULL'),
  source_shot_zones_last_updated TIMESTAMP OPTIONS (description = 'Not computed here; stays NULL'),
  source_shot_zones_rows_found INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  source_shot_zones_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Not computed here; stays NULL'),
  source_shot_zones_hash STRING OPTIONS (description = 'Not computed here; stays NULL'),
  source_team_defense_last_updated TIMESTAMP
    OPTIONS (description = 'Not computed here; stays NULL'),
  source_team_defense_rows_found INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  source_team_defense_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Not computed here; stays NULL'),
  source_team_defense_hash STRING OPTIONS (description = 'Not computed here; stays NULL'),
  early_season_flag BOOL OPTIONS (description = 'TRUE in the first days of a season'),
  insufficient_data_reason STRING OPTIONS (description = 'Not computed here; stays NULL'),
  expected_games_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  actual_games_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  completeness_percentage FLOAT64 OPTIONS (description = 'Not computed here; stays NULL'),
  missing_games_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  is_production_ready BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  data_quality_issues ARRAY<STRING> OPTIONS (description = 'Not computed here; stays NULL'),
  last_reprocess_attempt_at TIMESTAMP OPTIONS (description = 'Not computed here; stays NULL'),
  reprocess_attempt_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  circuit_breaker_active BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  circuit_breaker_until TIMESTAMP OPTIONS (description = 'Not computed here; stays NULL'),
  manual_override_required BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  season_boundary_detected BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  backfill_bootstrap_mode BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  processing_decision_reason STRING
    OPTIONS (description = 'Why a row without a game summary row was written; else NULL'),
  data_hash STRING
    OPTIONS (description = 'SHA-256 over the array values, each rounded to six decimals'),
  historical_completeness STRUCT<
    games_found INT64,
    games_expected INT64,
    is_complete BOOL,
    is_bootstrap BOOL,
    contributing_game_dates ARRAY<DATE>
  >
    OPTIONS (description = 'How many of the last ten games the features rest on'),
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP() NOT NULL
    OPTIONS (description = 'When the row was inserted'),
  updated_at TIMESTAMP OPTIONS (description = 'When the row was last computed'),
  quality_tier STRING OPTIONS (description = 'gold, silver, bronze, poor or critical'),
  quality_alert_level STRING OPTIONS (description = 'red, yellow or green'),
  quality_alerts ARRAY<STRING> OPTIONS (description = 'Not computed here'),
  default_feature_count INT64 OPTIONS (description = 'Number of missing features'),
  default_feature_indices ARRAY<INT64>
    OPTIONS (description = 'Numbers of the missing features, ascending'),
  required_default_count INT64
    OPTIONS (description = 'Number of missing features that a model needs'),
  phase4_feature_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  phase3_feature_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  calculated_feature_count INT64 OPTIONS (description = 'Number of features that are not missing'),
  is_training_ready BOOL OPTIONS (description = 'TRUE when the row may be used to train a model'),
  training_quality_feature_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  is_quality_ready BOOL OPTIONS (description = 'TRUE when the row may be used to predict'),
  -- generated category_columns by `featurestore features generate`
  player_history_quality_pct FLOAT64
    OPTIONS (description = 'Mean quality of the player history features, 0 to 100'),
  matchup_quality_pct FLOAT64
    OPTIONS (description = 'Mean quality of the matchup features, 0 to 100'),
  game_context_quality_pct FLOAT64
    OPTIONS (description = 'Mean quality of the game context features, 0 to 100'),
  team_context_quality_pct FLOAT64
    OPTIONS (description = 'Mean quality of the team context features, 0 to 100'),
  vegas_quality_pct FLOAT64
    OPTIONS (description = 'Mean quality of the vegas features, 0 to 100'),
  player_history_default_count INT64
    OPTIONS (description = 'Number of missing player history features'),
  matchup_default_count INT64
    OPTIONS (description = 'Number of missing matchup features'),
  game_context_default_count INT64
    OPTIONS (description = 'Number of missing game context features'),
  team_context_default_count INT64
    OPTIONS (description = 'Number of missing team context features'),
  vegas_default_count INT64
    OPTIONS (description = 'Number of missing vegas features'),
  -- end of generated category_columns
  has_composite_factors BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  has_opponent_defense BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  has_vegas_line BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  critical_features_training_quality BOOL OPTIONS (description = 'Not computed here; stays NULL'),
  critical_feature_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  optional_feature_count INT64 OPTIONS (description = 'Not computed here; stays NULL'),
  matchup_quality_tier STRING OPTIONS (description = 'Not computed here; stays NULL'),
  game_context_quality_tier STRING OPTIONS (description = 'Not computed here; stays NULL'),
  -- generated feature_columns by `featurestore features generate`
  feature_0_value FLOAT64
    OPTIONS (description = 'points_avg_last_5; NULL when missing'),
  feature_1_value FLOAT64
    OPTIONS (description = 'points_avg_last_10; NULL when missing'),
  feature_2_value FLOAT64
    OPTIONS (description = 'points_avg_season; NULL when missing'),
  feature_3_value FLOAT64
    OPTIONS (description = 'points_std_last_10; NULL when missing'),
  feature_4_value FLOAT64
    OPTIONS (description = 'games_in_last_7_days; NULL when missing'),
  feature_5_value FLOAT64
    OPTIONS (description = 'fatigue_score; NULL when missing'),
  feature_6_value FLOAT64
    OPTIONS (description = 'shot_zone_mismatch_score; NULL when missing'),
  feature_7_value FLOAT64
    OPTIONS (description = 'pace_score; NULL when missing'),
  feature_8_value FLOAT64
    OPTIONS (description = 'usage_spike_score; NULL when missing'),
  feature_9_value FLOAT64
    OPTIONS (description = 'rest_advantage; NULL when missing'),
  feature_10_value FLOAT64
    OPTIONS (description = 'injury_risk; NULL when missing'),
  feature_11_value FLOAT64
    OPTIONS (description = 'recent_trend; NULL when missing'),
  feature_12_value FLOAT64
    OPTIONS (description = 'minutes_change; NULL when missing'),
  feature_13_value FLOAT64
    OPTIONS (description = 'opponent_def_rating; NULL when missing'),
  feature_14_value FLOAT64
    OPTIONS (description = 'opponent_pace; NULL when missing'),
  feature_15_value FLOAT64
    OPTIONS (description = 'home_away; NULL when missing'),
  feature_16_value FLOAT64
    OPTIONS (description = 'back_to_back; NULL when missing'),
  feature_17_value FLOAT64
    OPTIONS (description = 'playoff_game; NULL when missing'),
  feature_18_value FLOAT64
    OPTIONS (description = 'pct_paint; NULL when missing'),
  feature_19_value FLOAT64
    OPTIONS (description = 'pct_mid_range; NULL when missing'),
  feature_20_value FLOAT64
    OPTIONS (description = 'pct_three; NULL when missing'),
  feature_21_value FLOAT64
    OPTIONS (description = 'pct_free_throw; NULL when missing'),
  feature_22_value FLOAT64
    OPTIONS (description = 'team_pace; NULL when missing'),
  feature_23_value FLOAT64
    OPTIONS (description = 'team_off_rating; NULL when missing'),
  feature_24_value FLOAT64
    OPTIONS (description = 'team_win_pct; NULL when missing'),
  feature_25_value FLOAT64
    OPTIONS (description = 'vegas_points_line; NULL when missing'),
  feature_26_value FLOAT64
    OPTIONS (description = 'vegas_opening_line; NULL when missing'),
  feature_27_value FLOAT64
    OPTIONS (description = 'vegas_line_move; NULL when missing'),
  feature_28_value FLOAT64
    OPTIONS (description = 'has_vegas_line; NULL when missing'),
  feature_29_value FLOAT64
    OPTIONS (description = 'avg_points_vs_opponent; NULL when missing'),
  feature_30_value FLOAT64
    OPTIONS (description = 'games_vs_opponent; NULL when missing'),
  feature_31_value FLOAT64
    OPTIONS (description = 'minutes_avg_last_10; NULL when missing'),
  feature_32_value FLOAT64
    OPTIONS (description = 'ppm_avg_last_10; NULL when missing'),
  feature_33_value FLOAT64
    OPTIONS (description = 'dnp_rate; NULL when missing'),
  feature_34_value FLOAT64
    OPTIONS (description = 'pts_slope_10g; NULL when missing'),
  feature_35_value FLOAT64
    OPTIONS (description = 'pts_vs_season_zscore; NULL when missing'),
  feature_36_value FLOAT64
    OPTIONS (description = 'breakout_flag; NULL when missing'),
  feature_0_quality FLOAT64
    OPTIONS (description = 'Quality of points_avg_last_5, 0 to 100'),
  feature_1_quality FLOAT64
    OPTIONS (description = 'Quality of points_avg_last_10, 0 to 100'),
  feature_2_quality FLOAT64
    OPTIONS (description = 'Quality of points_avg_season, 0 to 100'),
  feature_3_quality FLOAT64
    OPTIONS (description = 'Quality of points_std_last_10, 0 to 100'),
  feature_4_quality FLOAT64
    OPTIONS (description = 'Quality of games_in_last_7_days, 0 to 100'),
  feature_5_quality FLOAT64
    OPTIONS (description = 'Quality of fatigue_score, 0 to 100'),
  feature_6_quality FLOAT64
    OPTIONS (description = 'Quality of shot_zone_mismatch_score, 0 to 100'),
  feature_7_quality FLOAT64
    OPTIONS (description = 'Quality of pace_score, 0 to 100'),
  feature_8_quality FLOAT64
    OPTIONS (description = 'Quality of usage_spike_score, 0 to 100'),
  feature_9_quality FLOAT64
    OPTIONS (description = 'Quality of rest_advantage, 0 to 100'),
  feature_10_quality FLOAT64
    OPTIONS (description = 'Quality of injury_risk, 0 to 100'),
  feature_11_quality FLOAT64
    OPTIONS (description = 'Quality of recent_trend, 0 to 100'),
  feature_12_quality FLOAT64
    OPTIONS (description = 'Quality of minutes_change, 0 to 100'),
  feature_13_quality FLOAT64
    OPTIONS (description = 'Quality of opponent_def_rating, 0 to 100'),
  feature_14_quality FLOAT64
    OPTIONS (description = 'Quality of opponent_pace, 0 to 100'),
  feature_15_quality FLOAT64
    OPTIONS (description = 'Quality of home_away, 0 to 100'),
  feature_16_quality FLOAT64
    OPTIONS (description = 'Quality of back_to_back, 0 to 100'),
  feature_17_quality FLOAT64
    OPTIONS (description = 'Quality of playoff_game, 0 to 100'),
  feature_18_quality FLOAT64
    OPTIONS (description = 'Quality of pct_paint, 0 to 100'),
  feature_19_quality FLOAT64
    OPTIONS (description = 'Quality of pct_mid_range, 0 to 100'),
  feature_20_quality FLOAT64
    OPTIONS (description = 'Quality of pct_three, 0 to 100'),
  feature_21_quality FLOAT64
    OPTIONS (description = 'Quality of pct_free_throw, 0 to 100'),
  feature_22_quality FLOAT64
    OPTIONS (description = 'Quality of team_pace, 0 to 100'),
  feature_23_quality FLOAT64
    OPTIONS (description = 'Quality of team_off_rating, 0 to 100'),
  feature_24_quality FLOAT64
    OPTIONS (description = 'Quality of team_win_pct, 0 to 100'),
  feature_25_quality FLOAT64
    OPTIONS (description = 'Quality of vegas_points_line, 0 to 100'),
  feature_26_quality FLOAT64
    OPTIONS (description = 'Quality of vegas_opening_line, 0 to 100'),
  feature_27_quality FLOAT64
    OPTIONS (description = 'Quality of vegas_line_move, 0 to 100'),
  feature_28_quality FLOAT64
    OPTIONS (description = 'Quality of has_vegas_line, 0 to 100'),
  feature_29_quality FLOAT64
    OPTIONS (description = 'Quality of avg_points_vs_opponent, 0 to 100'),
  feature_30_quality FLOAT64
    OPTIONS (description = 'Quality of games_vs_opponent, 0 to 100'),
  feature_31_quality FLOAT64
    OPTIONS (description = 'Quality of minutes_avg_last_10, 0 to 100'),
  feature_32_quality FLOAT64
    OPTIONS (description = 'Quality of ppm_avg_last_10, 0 to 100'),
  feature_33_quality FLOAT64
    OPTIONS (description = 'Quality of dnp_rate, 0 to 100'),
  feature_34_quality FLOAT64
    OPTIONS (description = 'Quality of pts_slope_10g, 0 to 100'),
  feature_35_quality FLOAT64
    OPTIONS (description = 'Quality of pts_vs_season_zscore, 0 to 100'),
  feature_36_quality FLOAT64
    OPTIONS (description = 'Quality of breakout_flag, 0 to 100'),
  feature_0_source STRING
    OPTIONS (description = 'calculated, or default when points_avg_last_5 is missing'),
  feature_1_source STRING
    OPTIONS (description = 'calculated, or default when points_avg_last_10 is missing'),
  feature_2_source STRING
    OPTIONS (description = 'calculated, or default when points_avg_season is missing'),
  feature_3_source STRING
    OPTIONS (description = 'calculated, or default when points_std_last_10 is missing'),
  feature_4_source STRING
    OPTIONS (description = 'calculated, or default when games_in_last_7_days is missing'),
  feature_5_source STRING
    OPTIONS (description = 'calculated, or default when fatigue_score is missing'),
  feature_6_source STRING
    OPTIONS (description = 'calculated, or default when shot_zone_mismatch_score is missing'),
  feature_7_source STRING
    OPTIONS (description = 'calculated, or default when pace_score is missing'),
  feature_8_source STRING
    OPTIONS (description = 'calculated, or default when usage_spike_score is missing'),
  feature_9_source STRING
    OPTIONS (description = 'calculated, or default when rest_advantage is missing'),
  feature_10_source STRING
    OPTIONS (description = 'calculated, or default when injury_risk is missing'),
  feature_11_source STRING
    OPTIONS (description = 'calculated, or default when recent_trend is missing'),
  feature_12_source STRING
    OPTIONS (description = 'calculated, or default when minutes_change is missing'),
  feature_13_source STRING
    OPTIONS (description = 'calculated, or default when opponent_def_rating is missing'),
  feature_14_source STRING
    OPTIONS (description = 'calculated, or default when opponent_pace is missing'),
  feature_15_source STRING
    OPTIONS (description = 'calculated, or default when home_away is missing'),
  feature_16_source STRING
    OPTIONS (description = 'calculated, or default when back_to_back is missing'),
  feature_17_source STRING
    OPTIONS (description = 'calculated, or default when playoff_game is missing'),
  feature_18_source STRING
    OPTIONS (description = 'calculated, or default when pct_paint is missing'),
  feature_19_source STRING
    OPTIONS (description = 'calculated, or default when pct_mid_range is missing'),
  feature_20_source STRING
    OPTIONS (description = 'calculated, or default when pct_three is missing'),
  feature_21_source STRING
    OPTIONS (description = 'calculated, or default when pct_free_throw is missing'),
  feature_22_source STRING
    OPTIONS (description = 'calculated, or default when team_pace is missing'),
  feature_23_source STRING
    OPTIONS (description = 'calculated, or default when team_off_rating is missing'),
  feature_24_source STRING
    OPTIONS (description = 'calculated, or default when team_win_pct is missing'),
  feature_25_source STRING
    OPTIONS (description = 'calculated, or default when vegas_points_line is missing'),
  feature_26_source STRING
    OPTIONS (description = 'calculated, or default when vegas_opening_line is missing'),
  feature_27_source STRING
    OPTIONS (description = 'calculated, or default when vegas_line_move is missing'),
  feature_28_source STRING
    OPTIONS (description = 'calculated, or default when has_vegas_line is missing'),
  feature_29_source STRING
    OPTIONS (description = 'calculated, or default when avg_points_vs_opponent is missing'),
  feature_30_source STRING
    OPTIONS (description = 'calculated, or default when games_vs_opponent is missing'),
  feature_31_source STRING
    OPTIONS (description = 'calculated, or default when minutes_avg_last_10 is missing'),
  feature_32_source STRING
    OPTIONS (description = 'calculated, or default when ppm_avg_last_10 is missing'),
  feature_33_source STRING
    OPTIONS (description = 'calculated, or default when dnp_rate is missing'),
  feature_34_source STRING
    OPTIONS (description = 'calculated, or default when pts_slope_10g is missing'),
  feature_35_source STRING
    OPTIONS (description = 'calculated, or default when pts_vs_season_zscore is missing'),
  feature_36_source STRING
    OPTIONS (description = 'calculated, or default when breakout_flag is missing'),
  -- end of generated feature_columns
  feature_fallback_reasons_json STRING OPTIONS (description = 'Not written: stays as it is'),
  feature_sample_sizes_json STRING OPTIONS (description = 'Not written: stays as it is'),
  feature_expected_values_json STRING OPTIONS (description = 'Not written: stays as it is'),
  feature_value_ranges_valid_json STRING OPTIONS (description = 'Not written: stays as it is'),
  feature_upstream_tables_json STRING OPTIONS (description = 'Not written: stays as it is'),
  feature_last_updated_json STRING OPTIONS (description = 'Not written: stays as it is'),
  feature_schema_version STRING OPTIONS (description = 'Not written: stays as it is'),
  available_feature_names ARRAY<STRING> OPTIONS (description = 'Not written: stays as it is'),
  breakout_model_compatible ARRAY<STRING> OPTIONS (description = 'Not written: stays as it is'),
  breakout_v3_features_available BOOL OPTIONS (description = 'Not written: stays as it is'),
  upstream_processors_ran STRING OPTIONS (description = 'Not written: stays as it is'),
  missing_processors STRING OPTIONS (description = 'Not written: stays as it is'),
  feature_store_age_hours FLOAT64 OPTIONS (description = 'Not written: stays as it is'),
  upstream_data_freshness_hours FLOAT64 OPTIONS (description = 'Not written: stays as it is'),
  quality_computed_at TIMESTAMP OPTIONS (description = 'Not written: stays as it is'),
  quality_schema_version STRING OPTIONS (description = 'Not written: stays as it is'),
  feature_sources STRING OPTIONS (description = 'Not written: stays as it is'),
  primary_data_source STRING OPTIONS (description = 'Not written: stays as it is'),
  matchup_data_status STRING OPTIONS (description = 'Not written: stays as it is')
)
PARTITION BY game_date
CLUSTER BY player_lookup, feature_version, game_date
OPTIONS (
  require_partition_filter = TRUE,
  description = 'The feature store: one row a player and game date'
)
