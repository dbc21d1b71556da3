"""Readings of 11, 35 and 36: a player's newest games against the others."""

# ruff: noqa: E501  (a text to replace as it is in its file)

from __future__ import annotations

from wrong_readings import Edit, reading

READINGS = [
    reading(11, "the sign inverted, as before 2026", "player_form", Edit("AVG(IF(games_later <= 2, points, NULL)) - AVG(IF(games_later BETWEEN 3 AND 5, points, NULL))", "AVG(IF(games_later BETWEEN 3 AND 5, points, NULL)) - AVG(IF(games_later <= 2, points, NULL))"), by="newest two of (14, 15) after three of (10, 10, 10) trend by 1.0"),
    reading(11, "the newest two against all five", "player_form", Edit("BETWEEN 3 AND 5", "<= 5"), by="newest two of (12, 12) after three of (9, 10, 11) trend by 1.0"),
    reading(11, "the newest two against the rest of ten", "player_form", Edit("BETWEEN 3 AND 5", ">= 3"), by="newest two of (12, 11) after three of (10, 10, 10) trend by 0.0"),
    reading(11, "the newest three against the other two", "player_form", Edit("AVG(IF(games_later <= 2, points, NULL)) - AVG(IF(games_later BETWEEN 3 AND 5", "AVG(IF(games_later <= 3, points, NULL)) - AVG(IF(games_later BETWEEN 4 AND 5"), by="newest two of (5, 5) after three of (10, 10, 10) trend by -2.0"),
    reading(11, "four games at least", "game_context", Edit("season_games < 5 THEN", "season_games < 4 THEN"), by="four games are too few for a slope and a trend"),
    reading(11, "a missing trend is 0", "game_context", Edit("season_games < 5 THEN NULL", "season_games < 5 THEN 0.0"), by="four games are too few for a slope and a trend"),
    reading(11, "more than 5 for two steps up", "game_context", Edit("WHEN trend >= 5", "WHEN trend > 5"), by="newest two of (15, 15) after three of (10, 10, 10) trend by 2.0"),
    reading(11, "more than 2 for a step up", "game_context", Edit("WHEN trend >= 2", "WHEN trend > 2"), by="newest two of (12, 12) after three of (9, 10, 11) trend by 1.0"),
    reading(11, "less than -5 for two steps down", "game_context", Edit("WHEN trend <= -5", "WHEN trend < -5"), by="newest two of (5, 5) after three of (10, 10, 10) trend by -2.0"),
    reading(11, "less than -2 for a step down", "game_context", Edit("WHEN trend <= -2", "WHEN trend < -2"), by="newest two of (8, 8) after three of (10, 10, 10) trend by -1.0"),
    reading(11, "two steps from 4 on", "game_context", Edit("WHEN trend >= 5", "WHEN trend >= 4"), by="newest two of (14, 15) after three of (10, 10, 10) trend by 1.0"),
    reading(11, "a step from 1 on", "game_context", Edit("WHEN trend >= 2", "WHEN trend >= 1"), by="newest two of (12, 11) after three of (10, 10, 10) trend by 0.0"),
    reading(11, "a step down from -1 on", "game_context", Edit("WHEN trend <= -2", "WHEN trend <= -1"), by="newest two of (8, 9) after three of (10, 10, 10) trend by 0.0"),
    reading(11, "two steps down from -4 on", "game_context", Edit("WHEN trend <= -5", "WHEN trend <= -4"), by="newest two of (5, 6) after three of (10, 10, 10) trend by -1.0"),
    reading(12, "the newest five games", "player_form", Edit("AVG(minutes_tenths) AS", "AVG(IF(games_later <= 5, minutes_tenths, NULL)) AS"), by="a change of minutes of exactly -0.1 is a step in any order of summation"),
    reading(35, "f1 for f0", "player_history", Edit("      points_avg_last_5 - points_avg_season AS", "      points_avg_last_10 - points_avg_season AS"), by="means, deviation and slope are of the newest games that were played this season"),
    reading(35, "f1 for f2", "player_history", Edit("      points_avg_last_5 - points_avg_season AS", "      points_avg_last_5 - points_avg_last_10 AS"), by="a far worse five games than the season's end at -3"),
    reading(35, "season less form", "player_history", Edit("      points_avg_last_5 - points_avg_season AS", "      points_avg_season - points_avg_last_5 AS"), by="a far worse five games than the season's end at -3"),
    reading(35, "no end above", "player_history", Edit("points_std_last_10), -3.0), 3.0)", "points_std_last_10), -3.0), 99.0)"), by="a far better five games than the season's end at 3"),
    reading(35, "no end below", "player_history", Edit("points_std_last_10), -3.0), 3.0)", "points_std_last_10), -99.0), 3.0)"), by="a far worse five games than the season's end at -3"),
    reading(35, "ends at 2", "player_history", Edit("points_std_last_10), -3.0), 3.0)", "points_std_last_10), -2.0), 2.0)"), by="a far worse five games than the season's end at -3"),
    reading(35, "missing without a deviation", "player_history", Edit("ROUND(points_std_last_10, 6) = 0,\n    0.0", "ROUND(points_std_last_10, 6) = 0,\n    NULL"), by="ten equal games have a score of 0 beside another season"),
    reading(35, "0 for one game", "player_history", Edit("ROUND(points_std_last_10, 6) = 0,", "ROUND(IFNULL(points_std_last_10, 0), 6) = 0,"), by="one game has a mean but not a deviation"),
    reading(36, "f1 for f0", "player_history", Edit("      points_avg_last_5 - points_avg_season - 1.5", "      points_avg_last_10 - points_avg_season - 1.5"), by="a little more than one and a half deviations is a breakout"),
    reading(36, "f1 for f2", "player_history", Edit("      points_avg_last_5 - points_avg_season - 1.5", "      points_avg_last_5 - points_avg_last_10 - 1.5"), by="ten equal games above the season's are a breakout"),
    reading(36, "two deviations", "player_history", Edit("1.5 * points_std", "2 * points_std"), by="a little more than one and a half deviations is a breakout"),
    reading(36, "one deviation", "player_history", Edit("1.5 * points_std", "1 * points_std"), by="exactly one and a half deviations above the season is not a breakout"),
    reading(36, "exactly so much is enough", "player_history", Edit("ROUND(points_above_breakout, 6) > 0", "ROUND(points_above_breakout, 6) >= 0"), by="exactly one and a half deviations above the season is not a breakout"),
    reading(36, "compared without rounding", "player_history", Edit("ROUND(points_above_breakout, 6) > 0", "points_above_breakout > 0"), by="one and a half deviations are not a breakout in any order of summation"),
    reading(36, "0 for one game", "player_history", Edit("WHEN points_above_breakout IS NULL THEN NULL", "WHEN points_above_breakout IS NULL THEN 0.0"), by="one game has a mean but not a deviation"),
]  # fmt: skip
