"""Readings of 0-3 and 34: a player's points, and which rows were played."""

# ruff: noqa: E501  (a text to replace as it is in its file)

from __future__ import annotations

from wrong_readings import Edit, reading

READINGS = [
    reading(0, "the newest four games", "player_form", Edit("IF(games_later <= 5, points, NULL)) AS", "IF(games_later <= 4, points, NULL)) AS"), by="exactly one and a half deviations above the season is not a breakout"),
    reading(0, "the newest six games", "player_form", Edit("IF(games_later <= 5, points, NULL)) AS", "IF(games_later <= 6, points, NULL)) AS"), by="exactly one and a half deviations above the season is not a breakout"),
    reading(0, "the oldest five of ten games", "player_form", Edit("IF(games_later <= 5, points, NULL)) AS", "IF(games_later > 5, points, NULL)) AS"), by="exactly one and a half deviations above the season is not a breakout"),
    reading(0, "a fifth of the sum, however few the games", "player_form", Edit("AVG(IF(games_later <= 5, points, NULL)) AS", "SUM(IF(games_later <= 5, points, NULL)) / 5 AS"), by="one game has a mean but not a deviation"),
    reading(0, "missing below five games", "player_form", Edit("AVG(IF(games_later <= 5, points, NULL)) AS", "IF(COUNT(*) >= 5, AVG(IF(games_later <= 5, points, NULL)), NULL) AS"), by="one game has a mean but not a deviation"),
    reading((0, 1, 2), "games of every season in the lookback", "appearance", Edit("\n      AND player_season.season_year = summary.season_year", ""), by="a meeting of the last season counts without a game in this one"),
    reading(1, "nine games", "player_form", Edit("GENERATE_ARRAY(1, 10)", "GENERATE_ARRAY(1, 9)"), by="ten games fill the window of ten"),
    reading(1, "eleven games", "player_form", Edit("GENERATE_ARRAY(1, 10)", "GENERATE_ARRAY(1, 11)"), by="means, deviation and slope are of the newest games that were played this season"),
    reading(1, "full taken for min", "player_form", Edit("SUM(points) / COUNT(*) AS points_avg_last_10", "IF(COUNT(*) >= 10, SUM(points) / COUNT(*), NULL) AS points_avg_last_10"), by="nine games do not fill the window of ten"),
    reading(1, "a tenth of the sum, however few the games", "player_form", Edit("SUM(points) / COUNT(*) AS points_avg_last_10", "SUM(points) / 10 AS points_avg_last_10"), by="nine games do not fill the window of ten"),
    reading(2, "the newest ten games", "player_history", Edit("SAFE_DIVIDE(points_season, season_games) AS", "points_avg_last_10 AS"), by="means, deviation and slope are of the newest games that were played this season"),
    reading(2, "points of rows that were not played", "appearance", Edit("SUM(IF(is_played, points, NULL)) OVER earlier", "SUM(points) OVER earlier"), by="a row with 14 points, 30 minutes and is_dnp True counts: False"),
    reading(2, "a share of all rows, played or not", "appearance", Edit("COUNTIF(is_played) OVER earlier AS games_before", "COUNT(*) OVER earlier AS games_before"), by="means, deviation and slope are of the newest games that were played this season"),
    reading(2, "full taken for min", "player_history", Edit("SAFE_DIVIDE(points_season, season_games) AS", "IF(season_games >= 10, points_season / season_games, NULL) AS"), by="kept is the newer row"),
    reading(3, "the deviation of a population", "player_form", Edit("/ (COUNT(*) * (COUNT(*) - 1))", "/ (COUNT(*) * COUNT(*))"), by="a little more than one and a half deviations is a breakout"),
    reading(3, "a variance", "player_form", Edit("    SQRT((COUNT", "    ABS((COUNT"), by="a little more than one and a half deviations is a breakout"),
    reading(3, "0 for one game", "player_form", Edit("    NULL\n  ) AS points_std_last_10", "    0.0\n  ) AS points_std_last_10"), by="one game has a mean but not a deviation"),
    reading(3, "three games at least", "player_form", Edit("COUNT(*) >= 2", "COUNT(*) >= 3"), by="two games have a deviation"),
    reading(3, "full taken for min", "player_form", Edit("COUNT(*) >= 2", "COUNT(*) >= 10"), by="two games have a deviation"),
    reading(2, "a row without minutes is not played", "summary", Edit(" OR points > 0", ""), by="a row with 2 points, 0 minutes and is_dnp None counts: True"),
    reading(2, "a row without points is not played", "summary", Edit("IFNULL(minutes_played > 0, FALSE) OR points > 0", "points > 0"), by="a row with 0 points, 0.5 minutes and is_dnp None counts: True"),
    reading(2, "a row needs minutes and points", "summary", Edit("FALSE) OR points > 0", "FALSE) AND points > 0"), by="a row with 0 points, 0.5 minutes and is_dnp None counts: True"),
    reading((0, 1, 2), "a row of 0 minutes is played", "summary", Edit("minutes_played > 0, FALSE", "minutes_played >= 0, FALSE"), by="a row with 0 points, 0 minutes and is_dnp None counts: False"),
    reading((0, 1, 2), "an unknown flag is an absence", "summary", Edit("is_dnp IS NOT TRUE", "is_dnp IS FALSE"), by="kept is the newer row"),
    reading((0, 1, 2), "a row named absent is played when it has minutes", "summary", Edit("\n        AND is_dnp IS NOT TRUE", ""), by="a row with 14 points, 30 minutes and is_dnp True counts: False"),
    reading((0, 1, 2), "unknown points are 0", "summary", Edit("points IS NOT NULL\n        AND is_dnp", "TRUE\n        AND is_dnp"), by="a row with None points, 30 minutes and is_dnp None counts: False"),
    reading(34, "a slope by days, not by games", "player_form", Edit("12 * ((COUNT(*) + 1) / 2 * SUM(points) - SUM(games_later * points))\n      / (COUNT(*) * COUNT(*) * COUNT(*) - COUNT(*))", "(COUNT(*) * SUM(day_number * points) - SUM(day_number) * SUM(points)) / (COUNT(*) * SUM(day_number * day_number) - SUM(day_number) * SUM(day_number))"), by="five games suffice for a slope and a trend, and fill the window of five"),
    reading(34, "four games at least", "player_form", Edit("COUNT(*) >= 5,\n    -- x", "COUNT(*) >= 4,\n    -- x"), by="four games are too few for a slope and a trend"),
    reading(34, "full taken for min", "player_form", Edit("COUNT(*) >= 5,\n    -- x", "COUNT(*) >= 10,\n    -- x"), by="five games suffice for a slope and a trend, and fill the window of five"),
    reading(34, "from the newest game to the oldest", "player_form", Edit("    12 * ((", "    -12 * (("), by="five games suffice for a slope and a trend, and fill the window of five"),
    reading(34, "the newest five games", "player_form", Edit("SUM(games_later * points))", "SUM(IF(games_later <= 5, games_later * points, 0)))"), by="means, deviation and slope are of the newest games that were played this season"),
    reading(34, "a game's number starts at 1 in the mean alone", "player_form", Edit("(COUNT(*) + 1) / 2", "(COUNT(*) - 1) / 2"), by="five games suffice for a slope and a trend, and fill the window of five"),
]  # fmt: skip
