-- feature_quality: quality, source, score and tier of each pattern of missing features.
--
-- grain:    missing_mask, window_games, window_rows
-- inputs:   feature_value, feature_definition
-- lookback: none
-- nulls:    none

-- Quality depends only on which features are missing and on how full the windows are: a season has
-- some hundred patterns, so each is graded once and joined to the rows.
WITH
  pattern AS (
    SELECT
      missing_mask,
      window_games,
      window_rows
    FROM feature_value
    GROUP BY missing_mask, window_games, window_rows
  ),
  judged AS (
    SELECT
      pattern.*,
      feature_definition.feature_index,
      feature_definition.category,
      feature_definition.is_required,
      feature_definition.default_value IS NOT NULL AS has_default,
      pattern.missing_mask & (1 << feature_definition.feature_index) != 0 AS is_missing,
      IFNULL(
        IF(feature_definition.window_count = 'rows', pattern.window_rows, pattern.window_games)
          < feature_definition.full_window,
        FALSE
      ) AS is_partial
    FROM pattern
    CROSS JOIN feature_definition
  ),
  graded AS (
    SELECT
      judged.*,
      IF(is_missing, 'default', 'calculated') AS source,
      CASE
        WHEN is_missing AND has_default THEN 40.0
        WHEN is_missing THEN 0.0
        WHEN is_partial THEN 87.0
        ELSE 100.0
      END AS quality
    FROM judged
  ),
  scored AS (
    SELECT
      missing_mask,
      window_games,
      window_rows,
      -- lint: allow leak: which features are missing was known before the game
      COUNTIF(is_missing) AS default_feature_count,
      COUNTIF(is_missing AND is_required) AS required_default_count,
      -- generated category_counts by `featurestore features generate`
      COUNTIF(is_missing AND category = 'player_history') AS player_history_default_count,
      COUNTIF(is_missing AND category = 'matchup') AS matchup_default_count,
      COUNTIF(is_missing AND category = 'game_context') AS game_context_default_count,
      COUNTIF(is_missing AND category = 'team_context') AS team_context_default_count,
      COUNTIF(is_missing AND category = 'vegas') AS vegas_default_count,
      AVG(IF(category = 'player_history', quality, NULL)) AS player_history_quality_pct,
      AVG(IF(category = 'matchup', quality, NULL)) AS matchup_quality_pct,
      AVG(IF(category = 'game_context', quality, NULL)) AS game_context_quality_pct,
      AVG(IF(category = 'team_context', quality, NULL)) AS team_context_quality_pct,
      AVG(IF(category = 'vegas', quality, NULL)) AS vegas_quality_pct,
      -- end of generated category_counts
      ROUND(SUM(quality) / COUNT(*), 2) AS uncapped_score,
      ARRAY_AGG(IF(is_missing, feature_index, NULL) IGNORE NULLS ORDER BY feature_index)
        AS missing_indices,
      ARRAY_AGG(quality ORDER BY feature_index) AS qualities,
      ARRAY_AGG(source ORDER BY feature_index) AS sources
    FROM graded
    GROUP BY missing_mask, window_games, window_rows
  ),
  capped AS (
    SELECT
      scored.*,
      CASE
        WHEN required_default_count >= 5 THEN LEAST(uncapped_score, 49.0)
        WHEN required_default_count >= 1 THEN LEAST(uncapped_score, 69.0)
        ELSE uncapped_score
      END AS score
    FROM scored
  )
SELECT
  missing_mask,
  window_games,
  window_rows,
  default_feature_count,
  required_default_count,
  -- generated categories by `featurestore features generate`
  player_history_quality_pct,
  matchup_quality_pct,
  game_context_quality_pct,
  team_context_quality_pct,
  vegas_quality_pct,
  player_history_default_count,
  matchup_default_count,
  game_context_default_count,
  team_context_default_count,
  vegas_default_count,
  -- end of generated categories
  score,
  IFNULL(missing_indices, ARRAY<INT64>[]) AS default_feature_indices,
  CASE
    WHEN score >= 95 THEN 'gold'
    WHEN score >= 85 THEN 'silver'
    WHEN score >= 70 THEN 'bronze'
    WHEN score >= 50 THEN 'poor'
    ELSE 'critical'
  END AS quality_tier,
  CASE
    WHEN matchup_quality_pct < 50 OR score < 50 THEN 'red'
    WHEN required_default_count > 0 OR score < 70 OR matchup_quality_pct < 70 THEN 'yellow'
    ELSE 'green'
  END AS quality_alert_level,
  score >= 70 AND matchup_quality_pct >= 50 AND required_default_count = 0 AS is_quality_ready,
  score >= 85 AND matchup_quality_pct >= 70 AND player_history_quality_pct >= 80
    AS is_training_quality,
  -- generated graded by `featurestore features generate`
  qualities[SAFE_OFFSET(0)] AS feature_0_quality,
  qualities[SAFE_OFFSET(1)] AS feature_1_quality,
  qualities[SAFE_OFFSET(2)] AS feature_2_quality,
  qualities[SAFE_OFFSET(3)] AS feature_3_quality,
  qualities[SAFE_OFFSET(4)] AS feature_4_quality,
  qualities[SAFE_OFFSET(5)] AS feature_5_quality,
  qualities[SAFE_OFFSET(6)] AS feature_6_quality,
  qualities[SAFE_OFFSET(7)] AS feature_7_quality,
  qualities[SAFE_OFFSET(8)] AS feature_8_quality,
  qualities[SAFE_OFFSET(9)] AS feature_9_quality,
  qualities[SAFE_OFFSET(10)] AS feature_10_quality,
  qualities[SAFE_OFFSET(11)] AS feature_11_quality,
  qualities[SAFE_OFFSET(12)] AS feature_12_quality,
  qualities[SAFE_OFFSET(13)] AS feature_13_quality,
  qualities[SAFE_OFFSET(14)] AS feature_14_quality,
  qualities[SAFE_OFFSET(15)] AS feature_15_quality,
  qualities[SAFE_OFFSET(16)] AS feature_16_quality,
  qualities[SAFE_OFFSET(17)] AS feature_17_quality,
  qualities[SAFE_OFFSET(18)] AS feature_18_quality,
  qualities[SAFE_OFFSET(19)] AS feature_19_quality,
  qualities[SAFE_OFFSET(20)] AS feature_20_quality,
  qualities[SAFE_OFFSET(21)] AS feature_21_quality,
  qualities[SAFE_OFFSET(22)] AS feature_22_quality,
  qualities[SAFE_OFFSET(23)] AS feature_23_quality,
  qualities[SAFE_OFFSET(24)] AS feature_24_quality,
  qualities[SAFE_OFFSET(25)] AS feature_25_quality,
  qualities[SAFE_OFFSET(26)] AS feature_26_quality,
  qualities[SAFE_OFFSET(27)] AS feature_27_quality,
  qualities[SAFE_OFFSET(28)] AS feature_28_quality,
  qualities[SAFE_OFFSET(29)] AS feature_29_quality,
  qualities[SAFE_OFFSET(30)] AS feature_30_quality,
  qualities[SAFE_OFFSET(31)] AS feature_31_quality,
  qualities[SAFE_OFFSET(32)] AS feature_32_quality,
  qualities[SAFE_OFFSET(33)] AS feature_33_quality,
  qualities[SAFE_OFFSET(34)] AS feature_34_quality,
  qualities[SAFE_OFFSET(35)] AS feature_35_quality,
  qualities[SAFE_OFFSET(36)] AS feature_36_quality,
  sources[SAFE_OFFSET(0)] AS feature_0_source,
  sources[SAFE_OFFSET(1)] AS feature_1_source,
  sources[SAFE_OFFSET(2)] AS feature_2_source,
  sources[SAFE_OFFSET(3)] AS feature_3_source,
  sources[SAFE_OFFSET(4)] AS feature_4_source,
  sources[SAFE_OFFSET(5)] AS feature_5_source,
  sources[SAFE_OFFSET(6)] AS feature_6_source,
  sources[SAFE_OFFSET(7)] AS feature_7_source,
  sources[SAFE_OFFSET(8)] AS feature_8_source,
  sources[SAFE_OFFSET(9)] AS feature_9_source,
  sources[SAFE_OFFSET(10)] AS feature_10_source,
  sources[SAFE_OFFSET(11)] AS feature_11_source,
  sources[SAFE_OFFSET(12)] AS feature_12_source,
  sources[SAFE_OFFSET(13)] AS feature_13_source,
  sources[SAFE_OFFSET(14)] AS feature_14_source,
  sources[SAFE_OFFSET(15)] AS feature_15_source,
  sources[SAFE_OFFSET(16)] AS feature_16_source,
  sources[SAFE_OFFSET(17)] AS feature_17_source,
  sources[SAFE_OFFSET(18)] AS feature_18_source,
  sources[SAFE_OFFSET(19)] AS feature_19_source,
  sources[SAFE_OFFSET(20)] AS feature_20_source,
  sources[SAFE_OFFSET(21)] AS feature_21_source,
  sources[SAFE_OFFSET(22)] AS feature_22_source,
  sources[SAFE_OFFSET(23)] AS feature_23_source,
  sources[SAFE_OFFSET(24)] AS feature_24_source,
  sources[SAFE_OFFSET(25)] AS feature_25_source,
  sources[SAFE_OFFSET(26)] AS feature_26_source,
  sources[SAFE_OFFSET(27)] AS feature_27_source,
  sources[SAFE_OFFSET(28)] AS feature_28_source,
  sources[SAFE_OFFSET(29)] AS feature_29_source,
  sources[SAFE_OFFSET(30)] AS feature_30_source,
  sources[SAFE_OFFSET(31)] AS feature_31_source,
  sources[SAFE_OFFSET(32)] AS feature_32_source,
  sources[SAFE_OFFSET(33)] AS feature_33_source,
  sources[SAFE_OFFSET(34)] AS feature_34_source,
  sources[SAFE_OFFSET(35)] AS feature_35_source,
  sources[SAFE_OFFSET(36)] AS feature_36_source
  -- end of generated graded
FROM capped
