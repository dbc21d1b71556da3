"""Readings of 29, 30 and 33: games against the opponent, and games missed."""

# ruff: noqa: E501  (a text to replace as it is in its file)

from __future__ import annotations

from wrong_readings import Edit, reading

READINGS = [
    reading(29, "meetings of this season", "meeting", Edit("WHERE earlier_game.is_played", "WHERE earlier_game.is_played AND earlier_game.season_year = roster.season_year"), by="a meeting of the last season counts without a game in this one"),
    reading(30, "meetings of this season", "meeting", Edit("WHERE earlier_game.is_played", "WHERE earlier_game.is_played AND earlier_game.season_year = roster.season_year"), by="a meeting of the last season counts without a game in this one"),
    reading(29, "two meetings at least", "meeting", Edit("GROUP BY roster.player_id, roster.day_number", "GROUP BY roster.player_id, roster.day_number\nHAVING COUNT(*) >= 2"), by="a meeting of the last season counts without a game in this one"),
    reading(29, "364 days", "meeting", Edit("roster.day_number - 365", "roster.day_number - 364"), by="meetings are all played games against the opponent in 365 days, of any season and team"),
    reading(30, "meetings of the whole lookback", "meeting", Edit("\n  AND earlier_game.day_number >= roster.day_number - 365", ""), by="meetings are all played games against the opponent in 365 days, of any season and team"),
    reading(30, "366 days", "meeting", Edit("roster.day_number - 365", "roster.day_number - 366"), by="meetings are all played games against the opponent in 365 days, of any season and team"),
    reading(29, "rows that were not played", "meeting", Edit("WHERE earlier_game.is_played", "WHERE TRUE"), by="meetings are all played games against the opponent in 365 days, of any season and team"),
    reading(30, "rows that were not played", "meeting", Edit("WHERE earlier_game.is_played", "WHERE TRUE"), by="meetings are all played games against the opponent in 365 days, of any season and team"),
    reading(29, "every opponent", "meeting", Edit("\n  AND earlier_game.opponent_team_abbr = roster.opponent_team_abbr", ""), by="a meeting of the last season counts without a game in this one"),
    reading(29, "games for the opponent", "meeting", Edit("earlier_game.opponent_team_abbr = roster", "earlier_game.team_abbr = roster"), by="a meeting of the last season counts without a game in this one"),
    reading(29, "games of the same two teams", "meeting", Edit("WHERE earlier_game.is_played", "WHERE earlier_game.is_played AND earlier_game.team_abbr = roster.team_abbr"), by="meetings are all played games against the opponent in 365 days, of any season and team"),
    reading(29, "the mean of L10 stands in", "player_history", Edit("meeting_points / meeting_count, points_avg_season)", "meeting_points / meeting_count, points_avg_last_10)"), by="without a meeting the value is the mean of the season"),
    reading(29, "nothing stands in", "player_history", Edit("meeting_points / meeting_count, points_avg_season)", "meeting_points / meeting_count, NULL)"), by="without a meeting the value is the mean of the season"),
    reading(29, "0 stands in", "player_history", Edit("meeting_points / meeting_count, points_avg_season)", "meeting_points / meeting_count, 0.0)"), by="without a meeting the value is the mean of the season"),
    reading(30, "missing without a meeting", "player_history", Edit("CAST(IFNULL(meeting_count, 0) AS FLOAT64)", "CAST(meeting_count AS FLOAT64)"), by="without a meeting the value is the mean of the season"),
    reading(33, "rows not played", "appearance", Edit("COUNTIF(is_dnp) OVER last_10_rows", "COUNTIF(NOT is_played) OVER last_10_rows"), by="the rate is of the newest ten rows of the season, and of rows that say so"),
    reading(33, "nine rows", "appearance", Edit("last_10_rows AS (by_date ROWS BETWEEN 10", "last_10_rows AS (by_date ROWS BETWEEN 9"), by="the rate is of the newest ten rows of the season, and of rows that say so"),
    reading(33, "fifteen rows", "appearance", Edit("last_10_rows AS (by_date ROWS BETWEEN 10", "last_10_rows AS (by_date ROWS BETWEEN 15"), by="the rate is of the newest ten rows of the season, and of rows that say so"),
    reading(33, "two rows at least", "player_history", Edit("recent_row_count >= 3", "recent_row_count >= 2"), by="an absence that is written twice is one row"),
    reading(33, "full taken for min", "player_history", Edit("recent_row_count >= 3", "recent_row_count >= 10"), by="three rows suffice for a rate"),
    reading(33, "a tenth, however few the rows", "player_history", Edit("dnp_count / recent_row_count", "dnp_count / 10"), by="three rows suffice for a rate"),
    reading(33, "a share of the games", "player_history", Edit("dnp_count / recent_row_count, NULL", "SAFE_DIVIDE(dnp_count, recent_games), NULL"), by="three rows suffice for a rate"),
    reading(33, "rows of every season", "appearance", Edit("\n      AND player_season.season_year = summary.season_year", ""), by="nine rows do not fill the window of the rate, though one more was last season"),
    reading(33, "0 below three rows", "player_history", Edit("dnp_count / recent_row_count, NULL", "dnp_count / recent_row_count, 0.0"), by="an absence that is written twice is one row"),
    reading(33, "an unknown flag is an absence", "summary", Edit("is_dnp IS TRUE AS is_dnp", "is_dnp IS NOT FALSE AS is_dnp"), by="three rows suffice for a rate"),
]  # fmt: skip
