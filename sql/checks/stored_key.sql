-- stored_key: what the store has for each player and date.
--
-- grain:    player_lookup, game_date
-- inputs:   nba_predictions.ml_feature_store_v2
-- lookback: none
-- nulls:    game_id, opponent_team_abbr: as in the store

WITH
  stored AS (
    SELECT
      player_lookup,
      game_date,
      game_id,
      opponent_team_abbr,
      feature_version,
      processing_decision_reason,
      IFNULL(required_default_count, 0) AS required_default_count,
      -- generated missing_sources by `featurestore features generate`
      IF(feature_0_source IS NULL, 1, 0)
        + IF(feature_1_source IS NULL, 1, 0)
        + IF(feature_2_source IS NULL, 1, 0)
        + IF(feature_3_source IS NULL, 1, 0)
        + IF(feature_4_source IS NULL, 1, 0)
        + IF(feature_5_source IS NULL, 1, 0)
        + IF(feature_6_source IS NULL, 1, 0)
        + IF(feature_7_source IS NULL, 1, 0)
        + IF(feature_8_source IS NULL, 1, 0)
        + IF(feature_9_source IS NULL, 1, 0)
        + IF(feature_10_source IS NULL, 1, 0)
        + IF(feature_11_source IS NULL, 1, 0)
        + IF(feature_12_source IS NULL, 1, 0)
        + IF(feature_13_source IS NULL, 1, 0)
        + IF(feature_14_source IS NULL, 1, 0)
        + IF(feature_15_source IS NULL, 1, 0)
        + IF(feature_16_source IS NULL, 1, 0)
        + IF(feature_17_source IS NULL, 1, 0)
        + IF(feature_18_source IS NULL, 1, 0)
        + IF(feature_19_source IS NULL, 1, 0)
        + IF(feature_20_source IS NULL, 1, 0)
        + IF(feature_21_source IS NULL, 1, 0)
        + IF(feature_22_source IS NULL, 1, 0)
        + IF(feature_23_source IS NULL, 1, 0)
        + IF(feature_24_source IS NULL, 1, 0)
        + IF(feature_25_source IS NULL, 1, 0)
        + IF(feature_26_source IS NULL, 1, 0)
        + IF(feature_27_source IS NULL, 1, 0)
        + IF(feature_28_source IS NULL, 1, 0)
        + IF(feature_29_source IS NULL, 1, 0)
        + IF(feature_30_source IS NULL, 1, 0)
        + IF(feature_31_source IS NULL, 1, 0)
        + IF(feature_32_source IS NULL, 1, 0)
        + IF(feature_33_source IS NULL, 1, 0)
        + IF(feature_34_source IS NULL, 1, 0)
        + IF(feature_35_source IS NULL, 1, 0)
        + IF(feature_36_source IS NULL, 1, 0)
        AS missing_source_count
      -- end of generated missing_sources
    FROM nba_predictions.ml_feature_store_v2
    WHERE game_date BETWEEN @start_date AND @end_date
  )
SELECT
  player_lookup,
  game_date,
  COUNT(*) AS row_count,
  MIN(game_id) AS game_id,
  MIN(opponent_team_abbr) AS opponent_team_abbr,
  MIN(feature_version) AS feature_version,
  MAX(missing_source_count) AS missing_source_count,
  MAX(required_default_count) AS required_default_count,
  LOGICAL_OR(IFNULL(STARTS_WITH(processing_decision_reason, 'no_game_summary'), FALSE))
    AS is_listed
FROM stored
GROUP BY player_lookup, game_date
