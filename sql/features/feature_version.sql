-- feature_version: the version's name, derived from the definitions, and the number of features.
--
-- grain:    feature_version
-- inputs:   feature_definition
-- lookback: none
-- nulls:    none

SELECT
  CONCAT(
    'v',
    CAST(MAX(since_version) AS STRING),
    '_',
    CAST(COUNT(*) AS STRING),
    'features'
  ) AS feature_version,
  COUNT(*) AS feature_count
FROM feature_definition
