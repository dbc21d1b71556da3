-- feature_quality: quality, source, score and tier of each pattern of missing features.
--
-- grain:    missing_mask, recent_games, recent_row_count
-- inputs:   feature_value
-- lookback: none
-- nulls:    none

-- Quality depends on which features are missing and on how full the windows are, never on the
-- values: a season has some hundred patterns, so the 37 qualities and sources, the score and the
-- tiers are made once for each and joined to the rows. Bit n of missing_mask: feature n is missing;
-- of partial_mask: it was calculated with fewer games than its window holds. A mean is counted
-- down from 100: a partial feature costs 13, a missing one 60, or 100 where it has no default.
WITH
  seen AS (
    SELECT
      missing_mask,
      recent_games,
      recent_row_count
    FROM feature_value
    GROUP BY missing_mask, recent_games, recent_row_count
  ),
  pattern AS (
    SELECT
      missing_mask,
      recent_games,
      recent_row_count,
      (
        -- 0 and 11; 1, 3, 31, 32 and 34; 33.
        IF(recent_games < 5, 2049, 0)
        | IF(recent_games < 10, 23622320138, 0)
        | IF(recent_row_count < 10, 8589934592, 0)
      ) & ~missing_mask AS partial_mask,
      -- 18, 19, 20, 25, 26 and 27 have no default.
      missing_mask & 236716032 AS missing_without_default,
      -- lint: allow leak: which features are missing was known before the game
      ARRAY_AGG(
        IF((missing_mask >> feature_index) & 1 = 1, feature_index, NULL)
        IGNORE NULLS
        ORDER BY feature_index
      ) AS missing_indices
    FROM seen
    CROSS JOIN UNNEST(GENERATE_ARRAY(0, 36)) AS feature_index
    GROUP BY missing_mask, recent_games, recent_row_count
  ),
  counted AS (
    SELECT
      pattern.*,
      BIT_COUNT(missing_mask) AS default_feature_count,
      -- All but 10, 25, 26 and 27.
      BIT_COUNT(missing_mask & 137204071423) AS required_default_count,
      -- 5, 6, 7, 8, 13 and 14.
      BIT_COUNT(missing_mask & 25056) AS matchup_default_count,
      -- 0, 1, 2, 3, 4, 29, 30, 31, 32, 33, 34, 35 and 36.
      BIT_COUNT(missing_mask & 136902082591) AS player_history_default_count,
      -- 22, 23 and 24.
      BIT_COUNT(missing_mask & 29360128) AS team_context_default_count,
      -- 25, 26, 27 and 28.
      BIT_COUNT(missing_mask & 503316480) AS vegas_default_count,
      -- 9, 10, 11, 12, 15, 16, 17, 18, 19, 20 and 21.
      BIT_COUNT(missing_mask & 4169216) AS game_context_default_count
    FROM pattern
  ),
  scored AS (
    SELECT
      counted.*,
      (600 - 60 * matchup_default_count) / 6 AS matchup_quality_pct,
      (
        1300 - 60 * player_history_default_count - 13 * BIT_COUNT(partial_mask & 136902082591)
      ) / 13 AS player_history_quality_pct,
      (300 - 60 * team_context_default_count) / 3 AS team_context_quality_pct,
      -- 28 is never missing, the others have no default.
      (400 - 100 * vegas_default_count) / 4 AS vegas_quality_pct,
      (
        1100
        - 60 * game_context_default_count
        - 40 * BIT_COUNT(missing_without_default & 4169216)
        - 13 * BIT_COUNT(partial_mask & 4169216)
      ) / 11 AS game_context_quality_pct,
      (
        3700
        - 60 * default_feature_count
        - 40 * BIT_COUNT(missing_without_default)
        - 13 * BIT_COUNT(partial_mask)
      ) / 37 AS mean_quality
    FROM counted
  ),
  rounded AS (
    SELECT
      scored.*,
      ROUND(mean_quality, 2) AS uncapped_score
    FROM scored
  ),
  capped AS (
    SELECT
      rounded.*,
      CASE
        WHEN required_default_count >= 5 THEN LEAST(uncapped_score, 49.0)
        WHEN required_default_count >= 1 THEN LEAST(uncapped_score, 69.0)
        ELSE uncapped_score
      END AS score
    FROM rounded
  )
SELECT
  missing_mask,
  recent_games,
  recent_row_count,
  default_feature_count,
  required_default_count,
  matchup_default_count,
  player_history_default_count,
  team_context_default_count,
  vegas_default_count,
  game_context_default_count,
  matchup_quality_pct,
  player_history_quality_pct,
  team_context_quality_pct,
  vegas_quality_pct,
  game_context_quality_pct,
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
  CASE
    WHEN (missing_mask & 1) != 0 THEN 40.0
    WHEN (partial_mask & 1) != 0 THEN 87.0
    ELSE 100.0
  END AS feature_0_quality,
  CASE
    WHEN (missing_mask & 2) != 0 THEN 40.0
    WHEN (partial_mask & 2) != 0 THEN 87.0
    ELSE 100.0
  END AS feature_1_quality,
  IF((missing_mask & 4) != 0, 40.0, 100.0) AS feature_2_quality,
  CASE
    WHEN (missing_mask & 8) != 0 THEN 40.0
    WHEN (partial_mask & 8) != 0 THEN 87.0
    ELSE 100.0
  END AS feature_3_quality,
  100.0 AS feature_4_quality,
  IF((missing_mask & 32) != 0, 40.0, 100.0) AS feature_5_quality,
  IF((missing_mask & 64) != 0, 40.0, 100.0) AS feature_6_quality,
  IF((missing_mask & 128) != 0, 40.0, 100.0) AS feature_7_quality,
  IF((missing_mask & 256) != 0, 40.0, 100.0) AS feature_8_quality,
  IF((missing_mask & 512) != 0, 40.0, 100.0) AS feature_9_quality,
  IF((missing_mask & 1024) != 0, 40.0, 100.0) AS feature_10_quality,
  CASE
    WHEN (missing_mask & 2048) != 0 THEN 40.0
    WHEN (partial_mask & 2048) != 0 THEN 87.0
    ELSE 100.0
  END AS feature_11_quality,
  IF((missing_mask & 4096) != 0, 40.0, 100.0) AS feature_12_quality,
  IF((missing_mask & 8192) != 0, 40.0, 100.0) AS feature_13_quality,
  IF((missing_mask & 16384) != 0, 40.0, 100.0) AS feature_14_quality,
  100.0 AS feature_15_quality,
  100.0 AS feature_16_quality,
  IF((missing_mask & 131072) != 0, 40.0, 100.0) AS feature_17_quality,
  IF((missing_mask & 262144) != 0, 0.0, 100.0) AS feature_18_quality,
  IF((missing_mask & 524288) != 0, 0.0, 100.0) AS feature_19_quality,
  IF((missing_mask & 1048576) != 0, 0.0, 100.0) AS feature_20_quality,
  IF((missing_mask & 2097152) != 0, 40.0, 100.0) AS feature_21_quality,
  IF((missing_mask & 4194304) != 0, 40.0, 100.0) AS feature_22_quality,
  IF((missing_mask & 8388608) != 0, 40.0, 100.0) AS feature_23_quality,
  IF((missing_mask & 16777216) != 0, 40.0, 100.0) AS feature_24_quality,
  IF((missing_mask & 33554432) != 0, 0.0, 100.0) AS feature_25_quality,
  IF((missing_mask & 67108864) != 0, 0.0, 100.0) AS feature_26_quality,
  IF((missing_mask & 134217728) != 0, 0.0, 100.0) AS feature_27_quality,
  100.0 AS feature_28_quality,
  IF((missing_mask & 536870912) != 0, 40.0, 100.0) AS feature_29_quality,
  100.0 AS feature_30_quality,
  CASE
    WHEN (missing_mask & 2147483648) != 0 THEN 40.0
    WHEN (partial_mask & 2147483648) != 0 THEN 87.0
    ELSE 100.0
  END AS feature_31_quality,
  CASE
    WHEN (missing_mask & 4294967296) != 0 THEN 40.0
    WHEN (partial_mask & 4294967296) != 0 THEN 87.0
    ELSE 100.0
  END AS feature_32_quality,
  CASE
    WHEN (missing_mask & 8589934592) != 0 THEN 40.0
    WHEN (partial_mask & 8589934592) != 0 THEN 87.0
    ELSE 100.0
  END AS feature_33_quality,
  CASE
    WHEN (missing_mask & 17179869184) != 0 THEN 40.0
    WHEN (partial_mask & 17179869184) != 0 THEN 87.0
    ELSE 100.0
  END AS feature_34_quality,
  IF((missing_mask & 34359738368) != 0, 40.0, 100.0) AS feature_35_quality,
  IF((missing_mask & 68719476736) != 0, 40.0, 100.0) AS feature_36_quality,
  IF((missing_mask & 1) != 0, 'default', 'calculated') AS feature_0_source,
  IF((missing_mask & 2) != 0, 'default', 'calculated') AS feature_1_source,
  IF((missing_mask & 4) != 0, 'default', 'calculated') AS feature_2_source,
  IF((missing_mask & 8) != 0, 'default', 'calculated') AS feature_3_source,
  IF((missing_mask & 16) != 0, 'default', 'calculated') AS feature_4_source,
  IF((missing_mask & 32) != 0, 'default', 'calculated') AS feature_5_source,
  IF((missing_mask & 64) != 0, 'default', 'calculated') AS feature_6_source,
  IF((missing_mask & 128) != 0, 'default', 'calculated') AS feature_7_source,
  IF((missing_mask & 256) != 0, 'default', 'calculated') AS feature_8_source,
  IF((missing_mask & 512) != 0, 'default', 'calculated') AS feature_9_source,
  IF((missing_mask & 1024) != 0, 'default', 'calculated') AS feature_10_source,
  IF((missing_mask & 2048) != 0, 'default', 'calculated') AS feature_11_source,
  IF((missing_mask & 4096) != 0, 'default', 'calculated') AS feature_12_source,
  IF((missing_mask & 8192) != 0, 'default', 'calculated') AS feature_13_source,
  IF((missing_mask & 16384) != 0, 'default', 'calculated') AS feature_14_source,
  IF((missing_mask & 32768) != 0, 'default', 'calculated') AS feature_15_source,
  IF((missing_mask & 65536) != 0, 'default', 'calculated') AS feature_16_source,
  IF((missing_mask & 131072) != 0, 'default', 'calculated') AS feature_17_source,
  IF((missing_mask & 262144) != 0, 'default', 'calculated') AS feature_18_source,
  IF((missing_mask & 524288) != 0, 'default', 'calculated') AS feature_19_source,
  IF((missing_mask & 1048576) != 0, 'default', 'calculated') AS feature_20_source,
  IF((missing_mask & 2097152) != 0, 'default', 'calculated') AS feature_21_source,
  IF((missing_mask & 4194304) != 0, 'default', 'calculated') AS feature_22_source,
  IF((missing_mask & 8388608) != 0, 'default', 'calculated') AS feature_23_source,
  IF((missing_mask & 16777216) != 0, 'default', 'calculated') AS feature_24_source,
  IF((missing_mask & 33554432) != 0, 'default', 'calculated') AS feature_25_source,
  IF((missing_mask & 67108864) != 0, 'default', 'calculated') AS feature_26_source,
  IF((missing_mask & 134217728) != 0, 'default', 'calculated') AS feature_27_source,
  IF((missing_mask & 268435456) != 0, 'default', 'calculated') AS feature_28_source,
  IF((missing_mask & 536870912) != 0, 'default', 'calculated') AS feature_29_source,
  IF((missing_mask & 1073741824) != 0, 'default', 'calculated') AS feature_30_source,
  IF((missing_mask & 2147483648) != 0, 'default', 'calculated') AS feature_31_source,
  IF((missing_mask & 4294967296) != 0, 'default', 'calculated') AS feature_32_source,
  IF((missing_mask & 8589934592) != 0, 'default', 'calculated') AS feature_33_source,
  IF((missing_mask & 17179869184) != 0, 'default', 'calculated') AS feature_34_source,
  IF((missing_mask & 34359738368) != 0, 'default', 'calculated') AS feature_35_source,
  IF((missing_mask & 68719476736) != 0, 'default', 'calculated') AS feature_36_source
FROM capped
