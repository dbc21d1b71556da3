"""Readings of qualities, score, tiers, readiness and hash."""

# ruff: noqa: E501  (a text to replace as it is in its file)

from __future__ import annotations

from wrong_readings import Edit, reading

# Not here, because no row can show them: with a required feature missing the score is 69 or 49 at
# most, and without one it is 87.46 at least. So the borders of 70 and 85, those of the matchup and
# of the player's history in readiness, and that of 50 in the matchup decide nothing.

READINGS = [
    reading("feature_quality_score", "one digit", "feature_quality", Edit("COUNT(*), 2)", "COUNT(*), 1)"), by="a row of which nothing is known is made of defaults"),
    reading("feature_quality_score", "at most 70 with a required feature missing", "feature_quality", Edit("LEAST(uncapped_score, 69.0)", "LEAST(uncapped_score, 70.0)"), by="one required feature missing is poor, whatever the mean"),
    reading("feature_quality_score", "at most 50 with five missing", "feature_quality", Edit("LEAST(uncapped_score, 49.0)", "LEAST(uncapped_score, 50.0)"), by="five required features missing are critical"),
    reading("feature_quality_score", "four are many", "feature_quality", Edit("required_default_count >= 5", "required_default_count >= 4"), by="four required features missing are poor"),
    reading("feature_quality_score", "six are many", "feature_quality", Edit("required_default_count >= 5", "required_default_count >= 6"), by="five required features missing are critical"),
    reading("feature_quality_score", "one may be missing", "feature_quality", Edit("required_default_count >= 1", "required_default_count >= 2"), by="one required feature missing is poor, whatever the mean"),
    reading("feature_quality_score", "optional features count as required", "feature_quality", Edit("COUNTIF(is_missing AND is_required)", "COUNTIF(is_missing)"), by="an unknown line costs two qualities, and the row is silver"),
    reading("quality", "87 is 85", "feature_quality", Edit("THEN 87.0", "THEN 85.0"), by="nine games do not fill the window of ten"),
    reading("quality", "40 is 50", "feature_quality", Edit("THEN 40.0", "THEN 50.0"), by="without the own team's pace the score of pace is missing"),
    reading("quality", "missing without a default is 40, too", "feature_quality", Edit("WHEN is_missing THEN 0.0", "WHEN is_missing THEN 40.0"), by="without an attempt the shares are missing, of quality 0"),
    reading("quality", "a partial window is full", "feature_quality", Edit("WHEN is_partial THEN 87.0", "WHEN is_partial THEN 100.0"), by="nine games do not fill the window of ten"),
    reading("quality", "one more than the window", "feature_quality", Edit("          < feature_definition.full_window", "          <= feature_definition.full_window"), by="a row of which all is known is gold"),
    reading("quality", "the window of rows counts games", "feature_quality", Edit("IF(feature_definition.window_count = 'rows', pattern.window_rows, pattern.window_games)", "pattern.window_games"), by="the rate is of the newest ten rows of the season, and of rows that say so"),
    reading("quality", "the windows of games count rows", "feature_quality", Edit("IF(feature_definition.window_count = 'rows', pattern.window_rows, pattern.window_games)", "pattern.window_rows"), by="the rate is of the newest ten rows of the season, and of rows that say so"),
    reading("source", "changed places", "feature_quality", Edit("IF(is_missing, 'default', 'calculated')", "IF(is_missing, 'calculated', 'default')"), by="a row of which all is known is gold"),
    reading("quality_tier", "gold from 90 on", "feature_quality", Edit("score >= 95 THEN", "score >= 90 THEN"), by="an unknown line costs two qualities, and the row is silver"),
    reading("quality_tier", "gold from 97 on", "feature_quality", Edit("score >= 95 THEN", "score >= 97 THEN"), by="a date without reports and windows that are not full are gold"),
    reading("quality_tier", "silver from 92 on", "feature_quality", Edit("score >= 85 THEN 'silver'", "score >= 92 THEN 'silver'"), by="an unknown opening of an unknown line costs three qualities, and none is required"),
    reading("quality_tier", "poor from 70 on", "feature_quality", Edit("score >= 50 THEN", "score >= 70 THEN"), by="one required feature missing is poor, whatever the mean"),
    reading("quality_tier", "poor from 49 on", "feature_quality", Edit("score >= 50 THEN", "score >= 49 THEN"), by="five required features missing are critical"),
    reading("quality_tier", "bronze from 69 on", "feature_quality", Edit("score >= 70 THEN", "score >= 69 THEN"), by="one required feature missing is poor, whatever the mean"),
    reading("quality_alert_level", "green with a required feature missing", "feature_quality", Edit("WHEN required_default_count > 0 OR score < 70 OR matchup_quality_pct < 70 THEN 'yellow'", "WHEN matchup_quality_pct < 70 THEN 'yellow'"), by="one required feature missing is poor, whatever the mean"),
    reading("quality_alert_level", "yellow below 50", "feature_quality", Edit("WHEN matchup_quality_pct < 50 OR score < 50 THEN 'red'", "WHEN matchup_quality_pct < 50 THEN 'red'"), by="five required features missing are critical"),
    reading("quality_alert_level", "red with any required feature missing", "feature_quality", Edit("WHEN matchup_quality_pct < 50 OR score < 50 THEN 'red'", "WHEN required_default_count > 0 THEN 'red'"), by="one required feature missing is poor, whatever the mean"),
    reading("is_quality_ready", "whatever is missing", "feature_quality", Edit("score >= 70 AND matchup_quality_pct >= 50 AND required_default_count = 0", "score >= 60 AND matchup_quality_pct >= 50"), by="one required feature missing is poor, whatever the mean"),
    reading("is_training_ready", "in a season's first days, too", "ml_feature_store_v2", Edit("\n    AND NOT filled.is_early_season", ""), by="a season's first days are ready, but not to learn from"),
    reading("data_hash", "hundred thousandths", "ml_feature_store_v2", Edit("ROUND(filled.filled_34 * 1e6)", "ROUND(filled.filled_34 * 1e5)"), by="the array holds values and defaults, and its hash their nearest millionths"),
    reading("data_hash", "rounded down", "ml_feature_store_v2", Edit("ROUND(filled.filled_32 * 1e6)", "FLOOR(filled.filled_32 * 1e6)"), by="the array holds values and defaults, and its hash their nearest millionths"),
    reading("data_hash", "joined by semicolons", "ml_feature_store_v2", Edit("        ','\n", "        ';'\n"), by="the array holds values and defaults, and its hash their nearest millionths"),
    reading("data_hash", "the array in another order", "ml_feature_store_v2", Edit("ROUND(filled.filled_1 * 1e6)", "ROUND(filled.filled_0 * 1e6)"), by="the array holds values and defaults, and its hash their nearest millionths"),
]  # fmt: skip
