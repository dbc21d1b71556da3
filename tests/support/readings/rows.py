"""Readings of which row is kept, of the season's first days, and of the completeness."""

# ruff: noqa: E501  (a text to replace as it is in its file)

from __future__ import annotations

from wrong_readings import Edit, reading

READINGS = [
    reading("kept row", "no id is better than another", "summary", Edit("_[A-Z]+$'), 0, 1)", "_[A-Z]+$'), 0, 0)"), by="kept is a proper game id before a newer row"),
    reading("kept row", "the odd id is better", "summary", Edit("_[A-Z]+$'), 0, 1)", "_[A-Z]+$'), 1, 0)"), by="kept is a proper game id before a newer row"),
    reading("kept row", "an id may have more after it", "summary", Edit("_[A-Z]+$'), 0, 1)", "_[A-Z]+'), 0, 1)"), by="kept is a proper game id before one with more after it"),
    reading("kept row", "an id may have more before it", "summary", Edit("r'^[0-9]{8}_", "r'[0-9]{8}_"), by="kept is a proper game id before one with more before it"),
    reading("kept row", "an id may have small letters", "summary", Edit("r'^[0-9]{8}_[A-Z]+_[A-Z]+$'", "r'^[0-9]{8}_[A-Za-z]+_[A-Za-z]+$'"), by="kept is a proper game id before one in small letters"),
    reading("kept row", "an id may have a team of digits", "summary", Edit("r'^[0-9]{8}_[A-Z]+_[A-Z]+$'", "r'^[0-9]{8}_[A-Z0-9]+_[A-Z0-9]+$'"), by="kept is a proper game id before one with a team of digits"),
    reading("kept row", "an id may have a short date", "summary", Edit("[0-9]{8}_", "[0-9]+_"), by="kept is a proper game id before one with a short date"),
    reading("kept row", "the older row", "summary", Edit("bounded.processed_at DESC NULLS LAST", "bounded.processed_at NULLS LAST"), by="the target row is a kept one, too"),
    reading("kept row", "the row without a date", "summary", Edit("DESC NULLS LAST", "DESC NULLS FIRST"), by="kept is a dated row before one without a date"),
    reading("kept row", "the greater id", "summary", Edit("          bounded.game_id,\n          bounded.team_abbr", "          bounded.game_id DESC,\n          bounded.team_abbr"), by="kept is the smaller id of equally new rows"),
    reading("kept row", "the greater team", "summary", Edit("          bounded.team_abbr\n", "          bounded.team_abbr DESC\n"), by="kept is the smaller team of equal ids"),
    reading("kept row", "the smaller team before the smaller id", "summary", Edit("          bounded.game_id,\n          bounded.team_abbr", "          bounded.team_abbr,\n          bounded.game_id"), by="kept is the smaller id before the smaller team"),
    reading("kept row", "the smaller id before the newer row", "summary", Edit("          bounded.processed_at DESC NULLS LAST,\n          bounded.game_id,", "          bounded.game_id,\n          bounded.processed_at DESC NULLS LAST,"), by="kept is the newer row before the smaller id"),
    reading("kept row", "a played row before others", "summary", Edit("        ORDER BY\n          IF(REG", "        ORDER BY\n          bounded.is_played DESC,\n          IF(REG"), by="a kept row that was not played hides the played one"),
    reading("early_season_flag", "thirteen days", "target", Edit("@bootstrap_days - 1", "@bootstrap_days - 2"), by="a season's first days are ready, but not to learn from"),
    reading("early_season_flag", "fifteen days", "target", Edit("@bootstrap_days - 1", "@bootstrap_days"), by="the fifteenth day of 2018"),
    reading("early_season_flag", "not the first day", "target", Edit("BETWEEN 0 AND", "BETWEEN 1 AND"), by="the first day of 2018"),
    reading("early_season_flag", "days before the first, too", "target", Edit("BETWEEN 0 AND", "BETWEEN -14 AND"), by="the day before the first of 2018"),
    reading("data_source", "always calculated", "ml_feature_store_v2", Edit("'early_season', 'calculated'", "'calculated', 'calculated'"), by="the first day of 2018"),
    reading("days_rest", "since the last row of ten", "ml_feature_store_v2", Edit("filled.days_rest,", "filled.days_rest - 1 AS days_rest,"), by="rest of 3 days against 2 is an advantage of 1.0"),
    reading("is_home", "from the own flag inverted", "stored_row", Edit("feature_value.home_away = 1 AS", "feature_value.home_away = 0 AS"), by="a game 20250131_BBB_CCC is at home for AAA: 0.0"),
    reading("historical_completeness", "all games found", "stored_row", Edit("feature_value.recent_games,\n  LEAST", "feature_value.season_games AS recent_games,\n  LEAST"), by="of fifteen games ten are found, and ten are expected"),
    reading("historical_completeness", "all games expected", "stored_row", Edit("LEAST(recency.games_last_365_days, 10) AS games_expected", "recency.games_last_365_days AS games_expected"), by="of fifteen games ten are found, and ten are expected"),
    reading("historical_completeness", "rows expected, played or not", "recency", Edit("COUNTIF(summary.is_played) OVER", "COUNT(*) OVER"), by="games expected are those of 365 days, of any season, and ten at most"),
    reading("historical_completeness", "364 days", "recency", Edit("365 PRECEDING", "364 PRECEDING"), by="games expected are those of 365 days, of any season, and ten at most"),
    reading("historical_completeness", "366 days", "recency", Edit("365 PRECEDING", "366 PRECEDING"), by="games expected are those of 365 days, of any season, and ten at most"),
    reading("historical_completeness", "more found than expected", "ml_feature_store_v2", Edit("filled.recent_games >= filled", "filled.recent_games > filled"), by="of fifteen games ten are found, and ten are expected"),
    reading("historical_completeness", "ten expected are a bootstrap", "ml_feature_store_v2", Edit("filled.games_expected < 10", "filled.games_expected <= 10"), by="with ten games expected a row is not bootstrap"),
    reading("historical_completeness", "ten found are no bootstrap", "ml_feature_store_v2", Edit("filled.games_expected < 10", "filled.recent_games < 10"), by="with ten games expected a row is not bootstrap"),
]  # fmt: skip
