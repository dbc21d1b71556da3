-- coverage_version: how many rows of each version of the features are stored, and on which dates.
--
-- grain:    feature_version
-- inputs:   nba_predictions.ml_feature_store_v2
-- lookback: none
-- nulls:    feature_version: the row has none

SELECT
  feature_version,
  COUNT(*) AS row_count,
  MIN(game_date) AS first_date,
  MAX(game_date) AS last_date
FROM nba_predictions.ml_feature_store_v2
WHERE game_date BETWEEN @start_date AND @end_date
GROUP BY feature_version
ORDER BY feature_version
