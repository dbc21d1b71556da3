-- mixed_version: the dates on which the store has rows of several versions of the features.
--
-- grain:    game_date
-- inputs:   nba_predictions.ml_feature_store_v2
-- lookback: none
-- nulls:    none

SELECT
  game_date,
  MIN(feature_version) AS first_version,
  MAX(feature_version) AS last_version,
  COUNT(*) AS row_count
FROM nba_predictions.ml_feature_store_v2
WHERE game_date BETWEEN @start_date AND @end_date
GROUP BY game_date
HAVING MIN(feature_version) != MAX(feature_version)
