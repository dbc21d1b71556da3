"""Readings of 8, 12, 21, 31 and 32: minutes, usage and free throws."""

# ruff: noqa: E501  (a text to replace as it is in its file)

from __future__ import annotations

from wrong_readings import Edit, reading

READINGS = [
    reading(8, "the newest two games", "usage_form", Edit("GENERATE_ARRAY(1, 3)", "GENERATE_ARRAY(1, 2)"), by="a fall of usage is negative"),
    reading(8, "the newest five games", "usage_form", Edit("GENERATE_ARRAY(1, 3)", "GENERATE_ARRAY(1, 5)"), by="a fall of usage ends at -3"),
    reading(8, "an unknown usage is 0", "appearance", Edit("CAST(summary.usage_hundredths AS FLOAT64) AS", "IFNULL(CAST(summary.usage_hundredths AS FLOAT64), 0) AS"), by="four of the newest ten games with usage do not, whatever was before"),
    reading(8, "usage less spike", "matchup", Edit("usage_hundredths_last_3 / 300 - usage_avg_last_10", "usage_avg_last_10 - usage_hundredths_last_3 / 300"), by="a spike of usage ends at 3"),
    reading(8, "another weight", "matchup", Edit("0.3 * (usage", "0.5 * (usage"), by="a fall of usage is negative"),
    reading(8, "four games at least", "matchup", Edit("usage_games_last_10 >= 5", "usage_games_last_10 >= 4"), by="four of the newest ten games with usage do not, whatever was before"),
    reading(8, "six games at least", "matchup", Edit("usage_games_last_10 >= 5", "usage_games_last_10 >= 6"), by="five of the newest ten games with usage suffice"),
    reading(8, "five games of the season, known or not", "matchup", Edit("usage_games_last_10 >= 5", "season_games >= 5"), by="four of the newest ten games with usage do not, whatever was before"),
    reading(8, "no end above", "matchup", Edit("GREATEST(usage_change, -3.0), 3.0)", "GREATEST(usage_change, -3.0), 99.0)"), by="a spike of usage ends at 3"),
    reading(8, "no end below", "matchup", Edit("GREATEST(usage_change, -3.0), 3.0)", "GREATEST(usage_change, -99.0), 3.0)"), by="a fall of usage ends at -3"),
    reading(12, "season less newest ten", "game_context", Edit("(minutes_tenths_avg_last_10 - minutes_tenths_avg_season) /", "(minutes_tenths_avg_season - minutes_tenths_avg_last_10) /"), by="ten games of 35.9 minutes after ten of 24.1 change by 1.0"),
    reading(12, "a share of the newest ten", "game_context", Edit("minutes_tenths_avg_season) / minutes_tenths_avg_season", "minutes_tenths_avg_season) / minutes_tenths_avg_last_10"), by="ten games of 27.1 minutes after ten of 32.9 change by 0.0"),
    reading(12, "games of 0 minutes do not count", "player_form", Edit("AVG(minutes_tenths) AS", "AVG(court_minutes_tenths) AS"), by="games of 0 minutes among the newest ten count, too"),
    reading(12, "unknown minutes are 0", "player_form", Edit("AVG(minutes_tenths) AS", "AVG(IFNULL(minutes_tenths, 0)) AS"), by="minutes of 0 count in both means, unknown ones in neither"),
    reading(12, "unknown minutes of the season are 0", "appearance", Edit("AVG(IF(is_played, minutes_tenths, NULL)) OVER earlier", "AVG(IF(is_played, IFNULL(minutes_tenths, 0), NULL)) OVER earlier"), by="minutes of 0 count in both means, unknown ones in neither"),
    reading(12, "minutes of rows that were not played", "appearance", Edit("AVG(IF(is_played, minutes_tenths, NULL)) OVER earlier", "AVG(minutes_tenths) OVER earlier"), by="minutes of rows that were not played count in neither mean"),
    reading(12, "a mean of 0 minutes is no change", "game_context", Edit("        NULL\n      ) AS minutes_change_ratio", "        0.0\n      ) AS minutes_change_ratio"), by="without a known minute the change of minutes is missing"),
    reading(12, "more than 0.2 for two steps up", "game_context", Edit("WHEN change >= 0.2", "WHEN change > 0.2"), by="ten games of 36 minutes after ten of 24 change by 2.0"),
    reading(12, "more than 0.1 for a step up", "game_context", Edit("WHEN change >= 0.1", "WHEN change > 0.1"), by="ten games of 33 minutes after ten of 27 change by 1.0"),
    reading(12, "less than -0.2 for two steps down", "game_context", Edit("WHEN change <= -0.2", "WHEN change < -0.2"), by="ten games of 24 minutes after ten of 36 change by -2.0"),
    reading(12, "less than -0.1 for a step down", "game_context", Edit("WHEN change <= -0.1", "WHEN change < -0.1"), by="ten games of 27 minutes after ten of 33 change by -1.0"),
    reading(12, "two steps from 0.15 on", "game_context", Edit("WHEN change >= 0.2", "WHEN change >= 0.15"), by="ten games of 35.9 minutes after ten of 24.1 change by 1.0"),
    reading(12, "a step from 0.05 on", "game_context", Edit("WHEN change >= 0.1", "WHEN change >= 0.05"), by="ten games of 32.9 minutes after ten of 27.1 change by 0.0"),
    reading(12, "a step down from -0.05 on", "game_context", Edit("WHEN change <= -0.1", "WHEN change <= -0.05"), by="ten games of 27.1 minutes after ten of 32.9 change by 0.0"),
    reading(12, "compared without rounding", "game_context", Edit("ROUND(minutes_change_ratio, 6)", "minutes_change_ratio"), by="a change of minutes of exactly -0.1 is a step in any order of summation"),
    reading(21, "shares of all points of the ten games", "player_form", Edit("IF(ft_makes IS NULL, NULL, points)", "points"), by="free throws are a share of the points of the games of the newest ten that know them"),
    reading(21, "four games at least", "player_form", Edit("COUNT(ft_makes) >= 5", "COUNT(ft_makes) >= 4"), by="four of the newest ten games with free throws are too few, whatever was before"),
    reading(21, "six games at least", "player_form", Edit("COUNT(ft_makes) >= 5", "COUNT(ft_makes) >= 6"), by="five games with free throws suffice"),
    reading(21, "five games, known or not", "player_form", Edit("COUNT(ft_makes) >= 5", "COUNT(*) >= 5"), by="four of the newest ten games with free throws are too few, whatever was before"),
    reading(21, "the mean of the games' shares", "player_form", Edit("SUM(ft_makes) / SUM(free_throw_game_points)", "AVG(SAFE_DIVIDE(ft_makes, free_throw_game_points))"), by="free throws are a share of the points of the games of the newest ten that know them"),
    reading(21, "no end", "player_form", Edit("0.0), 0.5)", "0.0), 5.0)"), by="a share of free throws ends at a half"),
    reading(21, "ends at 1", "player_form", Edit("0.0), 0.5)", "0.0), 1.0)"), by="a share of free throws ends at a half"),
    reading(21, "attempts for makes", "summary", Edit("      ft_makes,\n", "      ft_attempts AS ft_makes,\n"), by="five games with free throws suffice"),
    reading(21, "0 without a point", "player_form", Edit("    NULL\n  ) AS pct_free_throw", "    IF(COUNT(ft_makes) >= 5, 0.0, NULL)\n  ) AS pct_free_throw"), by="without a point the share of free throws is missing"),
    reading(31, "games of 0 minutes count", "player_form", Edit("AVG(court_minutes_tenths) / 10", "AVG(minutes_tenths) / 10"), by="with a mean of 0 minutes the change is missing"),
    reading(31, "a tenth of the sum", "player_form", Edit("AVG(court_minutes_tenths) / 10", "SUM(court_minutes_tenths) / 100"), by="minutes of 0 count in both means, unknown ones in neither"),
    reading(31, "a share of all games of the window", "player_form", Edit("AVG(court_minutes_tenths) / 10", "SUM(court_minutes_tenths) / COUNT(*) / 10"), by="minutes of 0 count in both means, unknown ones in neither"),
    reading(31, "full taken for min", "player_form", Edit("AVG(court_minutes_tenths) / 10", "IF(COUNT(*) >= 10, AVG(court_minutes_tenths), NULL) / 10"), by="three games fill a part of each window"),
    reading(32, "a ratio of sums", "player_form", Edit("AVG(points_per_minute_e12) / 1e12", "SUM(IF(minutes_tenths > 0, points, NULL)) / SUM(court_minutes_tenths) * 10"), by="minutes and points a minute are of the newest ten, but for those without minutes"),
    reading(32, "minutes per point", "player_form", Edit("points * 10 / minutes_tenths * 1e12", "SAFE_DIVIDE(minutes_tenths, points * 10) * 1e12"), by="games of 0 minutes among the newest ten count, too"),
    reading(32, "a share of all games of the window", "player_form", Edit("AVG(points_per_minute_e12) / 1e12", "SUM(points_per_minute_e12) / COUNT(*) / 1e12"), by="games of 0 minutes among the newest ten count, too"),
    reading(32, "a game without minutes has 0 points a minute", "player_form", Edit("points * 10 / minutes_tenths * 1e12), NULL)", "points * 10 / minutes_tenths * 1e12), 0)"), by="without a known minute the change of minutes is missing"),
]  # fmt: skip
