"""Readings of 4 and 5: games, minutes and pairs of days."""

# ruff: noqa: E501  (a text to replace as it is in its file)

from __future__ import annotations

from wrong_readings import Edit, reading

# Not here, because no row can show it: the end at 0. All costs together leave 45.

READINGS = [
    reading(4, "six days", "appearance", Edit("RANGE BETWEEN 7 PRECEDING", "RANGE BETWEEN 6 PRECEDING"), by="the seventh day belongs to the week"),
    reading(4, "eight days", "appearance", Edit("RANGE BETWEEN 7 PRECEDING", "RANGE BETWEEN 8 PRECEDING"), by="minutes of the eighth day do not count"),
    reading(4, "rows, played or not", "appearance", Edit("COUNTIF(is_played) OVER last_7_days", "COUNT(*) OVER last_7_days"), by="without a game the fatigue is missing"),
    reading(4, "games of every season", "appearance", Edit("\n      AND player_season.season_year = summary.season_year", ""), by="a game the day before of another season costs nothing"),
    reading(5, "games of every season", "appearance", Edit("\n      AND player_season.season_year = summary.season_year", ""), by="a game of another season does not make a pair"),
    reading(5, "rows of the week, played or not", "appearance", Edit("COUNTIF(is_played) OVER last_7_days", "COUNT(*) OVER last_7_days"), by="rest is since the last game, whatever was not played since"),
    reading(5, "a game the day before costs 10", "matchup", Edit("days_rest = 1 THEN -15", "days_rest = 1 THEN -10"), by="a game the day before costs 15, and does not count as a pair with today's"),
    reading(5, "a game two days before costs, too", "matchup", Edit("days_rest = 1 THEN -15", "days_rest <= 2 THEN -15"), by="minutes of the eighth day do not count"),
    reading(5, "more than three days", "matchup", Edit("days_rest >= 3 THEN 5", "days_rest > 3 THEN 5"), by="three days of rest add 5"),
    reading(5, "two days of rest suffice", "matchup", Edit("days_rest >= 3 THEN 5", "days_rest >= 2 THEN 5"), by="a game two days before changes nothing"),
    reading(5, "rest gives 10", "matchup", Edit("days_rest >= 3 THEN 5", "days_rest >= 3 THEN 10"), by="rest adds 5 and not more"),
    reading(5, "five games in a week", "matchup", Edit("games_last_7_days >= 4, 10", "games_last_7_days >= 5, 10"), by="the seventh day belongs to the week"),
    reading(5, "three games in a week", "matchup", Edit("games_last_7_days >= 4, 10", "games_last_7_days >= 3, 10"), by="three games in seven days cost nothing"),
    reading(5, "240 minutes cost", "matchup", Edit("minutes_tenths_last_7_days > 2400", "minutes_tenths_last_7_days >= 2400"), by="240 minutes in a week cost nothing"),
    reading(5, "200 minutes cost", "matchup", Edit("minutes_tenths_last_7_days > 2400", "minutes_tenths_last_7_days > 2000"), by="240 minutes in a week cost nothing"),
    reading(5, "35 minutes a game cost", "matchup", Edit("minutes_tenths_last_7_days > 350 *", "minutes_tenths_last_7_days >= 350 *"), by="ten days of rest add 5"),
    reading(5, "36 minutes a game", "matchup", Edit("minutes_tenths_last_7_days > 350 *", "minutes_tenths_last_7_days > 360 *"), by="more than 35 minutes a game cost 8"),
    reading(5, "minutes of six days", "appearance", Edit("minutes_tenths, NULL)) OVER last_7_days", "minutes_tenths, NULL)) OVER (by_date RANGE BETWEEN 6 PRECEDING AND 1 PRECEDING)"), by="more than 240 minutes in a week cost 10"),
    reading(5, "minutes of rows that were not played", "appearance", Edit("SUM(IF(is_played, minutes_tenths, NULL)) OVER last_7_days", "SUM(minutes_tenths) OVER last_7_days"), by="minutes of a row named absent do not count"),
    reading(5, "a mean of games with known minutes", "appearance", Edit("COUNTIF(is_played) OVER last_7_days", "COUNTIF(is_played AND minutes_tenths IS NOT NULL) OVER last_7_days"), by="unknown minutes are 0, and their game counts"),
    reading(5, "one cost of the minutes, not both", "matchup", Edit("- IF(minutes_tenths_last_7_days > 350 * games_last_7_days, 8, 0)", "- IF(minutes_tenths_last_7_days > 350 * games_last_7_days AND minutes_tenths_last_7_days <= 2400, 8, 0)"), by="all costs together"),
    reading(5, "13 days of pairs", "appearance", Edit("RANGE BETWEEN 14 PRECEDING", "RANGE BETWEEN 13 PRECEDING"), by="a pair's second game 14 days before counts"),
    reading(5, "15 days of pairs", "appearance", Edit("RANGE BETWEEN 14 PRECEDING", "RANGE BETWEEN 15 PRECEDING"), by="a pair's second game 15 days before does not"),
    reading(5, "both games of the pair in the 14 days", "appearance", Edit("COUNTIF(is_back_to_back) OVER last_14_days", "COUNTIF(is_back_to_back) OVER (by_date RANGE BETWEEN 13 PRECEDING AND 1 PRECEDING)"), by="a pair's second game 14 days before counts"),
    reading(5, "a row the day before, played or not", "appearance", Edit("\n        AND LAG(summary.is_played) OVER by_date", ""), by="an absence does not make a pair"),
    reading(5, "an absence after a game is a pair", "appearance", Edit("summary.is_played\n        AND LAG(summary.is_played) OVER by_date", "LAG(summary.is_played) OVER by_date"), by="an absence does not make a pair"),
    reading(5, "a pair may be two days apart", "appearance", Edit("= summary.day_number - 1 AS", ">= summary.day_number - 2 AS"), by="a game the day before costs 15, and does not count as a pair with today's"),
    reading(5, "5 for every pair", "matchup", Edit("back_to_backs_last_14_days >= 2 THEN 12", "back_to_backs_last_14_days >= 2 THEN 5 * back_to_backs_last_14_days"), by="more than 240 minutes in a week cost 10"),
    reading(5, "12 from three pairs on", "matchup", Edit("back_to_backs_last_14_days >= 2 THEN 12", "back_to_backs_last_14_days >= 3 THEN 12"), by="two pairs cost 12"),
    reading(5, "two pairs cost 5, too", "matchup", Edit("back_to_backs_last_14_days >= 2 THEN 12", "back_to_backs_last_14_days >= 2 THEN 5"), by="more than 240 minutes in a week cost 10"),
    reading(5, "one pair costs 12", "matchup", Edit("back_to_backs_last_14_days = 1 THEN 5", "back_to_backs_last_14_days = 1 THEN 12"), by="three days of rest add 5"),
    reading(5, "no end at 100", "matchup", Edit("LEAST(freshness, 100)", "LEAST(freshness, 200)"), by="a score ends at 100"),
    reading(5, "100 without a game", "matchup", Edit("GREATEST(LEAST(freshness, 100), 0), NULL)", "GREATEST(LEAST(freshness, 100), 0), 100)"), by="without a game the fatigue is missing"),
    reading(5, "four games in a week cost 5", "matchup", Edit("games_last_7_days >= 4, 10, 0", "games_last_7_days >= 4, 5, 0"), by="all costs together"),
    reading(5, "more than 240 minutes cost 8", "matchup", Edit("minutes_tenths_last_7_days > 2400, 10, 0", "minutes_tenths_last_7_days > 2400, 8, 0"), by="all costs together"),
    reading(5, "more than 35 minutes a game cost 10", "matchup", Edit("games_last_7_days, 8, 0", "games_last_7_days, 10, 0"), by="minutes of the seventh day count"),
    reading(5, "a game the day before costs 20", "matchup", Edit("THEN -15", "THEN -20"), by="all costs together"),
]  # fmt: skip
