"""Small mistakes in the feature SQL, each caught by the check that is meant for it.

Every mutant goes through all checks in the order in which a colleague would meet them; the first
that catches it must be the one that is named. The shipped SQL passes all of them.
"""

# ruff: noqa: E501  (a mutant's text is written as in its file)

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

LOWER = "WHERE game_date BETWEEN DATE_SUB(@start_date, INTERVAL 365 DAY) AND @end_date"
REPORTS = "report_date BETWEEN DATE_SUB(@start_date, INTERVAL 365 DAY) AND @end_date"
STD = "/ (COUNT(*) * (COUNT(*) - 1))"
ONE = "AND 1 PRECEDING"
NOW = "AND CURRENT ROW"

# Name: file, text, other text, the check that kills it, what that says.
MUTANTS = {
    # bounds
    "the summary loses its lower bound": ("summary", LOWER, "WHERE game_date <= @end_date", "bounds", "player_game_summary in CTE bounded: no lower bound on game_date"),
    "the summary loses its upper bound": ("summary", LOWER, "WHERE game_date >= DATE_SUB(@start_date, INTERVAL 365 DAY)", "bounds", "player_game_summary in CTE bounded: no upper bound on game_date"),
    "the summary loses its WHERE": ("summary", LOWER, "", "bounds", "no lower and no upper bound on game_date"),
    "the summary's bound is one of two ways in": ("summary", LOWER, f"{LOWER} OR season_year = 2024", "bounds", "no lower and no upper bound on game_date"),
    "the summary's bound stands on a function of the date": ("summary", "WHERE game_date BETWEEN", "WHERE DATE_TRUNC(game_date, MONTH) BETWEEN", "bounds", "no lower and no upper bound on game_date"),
    "the reports are bounded by their game alone": ("injury_status", f"WHERE {REPORTS}\n      AND", "WHERE", "bounds", "nbac_injury_report in CTE report: no lower and no upper bound on report_date"),
    "a relation reads the warehouse past the summary": ("meeting", "summary AS earlier_game", "nba_analytics.player_game_summary AS earlier_game", "bounds", "player_game_summary: no lower and no upper bound on game_date"),
    # what the header promises to pull
    "the summary reads a day more than its header says": ("summary", "INTERVAL 365 DAY", "INTERVAL 366 DAY", "lookback", "says 365 days of lookback, the statement reads 366"),
    "the reports start a month late": ("injury_status", "INTERVAL 365 DAY", "INTERVAL 335 DAY", "lookback", "says 365 days of lookback, the statement reads 335"),
    "the summary reads a week more than its header says": ("summary", LOWER, LOWER.replace("365", "372"), "lookback", "says 365 days of lookback, the statement reads 372"),
    # leaks
    "the ten rows before hold today's": ("appearance", f"10 PRECEDING {ONE}", f"10 PRECEDING {NOW}", "leaks", "window"),
    "a player's season holds the game itself": ("appearance", f"earlier AS (by_date ROWS BETWEEN UNBOUNDED PRECEDING {ONE}", f"earlier AS (by_date ROWS BETWEEN UNBOUNDED PRECEDING {NOW}", "leaks", "window"),
    "a team's last 15 games hold the game itself": ("team_form", f"15 PRECEDING {ONE}", f"15 PRECEDING {NOW}", "leaks", "window"),
    "the week's minutes hold today's": ("appearance", f"7 PRECEDING {ONE}", f"7 PRECEDING {NOW}", "leaks", "window"),
    "the league's shooting holds today's": ("league_form", ONE, NOW, "leaks", "window"),
    "the year's games hold today's": ("recency", ONE, NOW, "leaks", "window"),
    "the season's points have no frame": ("appearance", f"earlier AS (by_date ROWS BETWEEN UNBOUNDED PRECEDING {ONE})", "earlier AS (by_date)", "leaks", "window"),
    "a meeting may be today's game": ("meeting", "day_number < roster", "day_number <= roster", "leaks", "day_number"),
    "a meeting may be before the day after today": ("meeting", "day_number < roster.day_number", "day_number < roster.day_number + 1", "leaks", "points: results are aggregated without a bound below the date"),
    "the reason for an allowed pattern is gone": ("player_form", "leak: a game is joined only to later games, never to itself", "leak:", "leaks", "reason"),
    # not GoogleSQL
    "a column is called of": ("target", "AS is_home", "AS of", "analyzer", "Unexpected keyword OF"),
    "an aggregate has DuckDB's FILTER": ("meeting", "COUNT(*) AS", "COUNT(*) FILTER (WHERE TRUE) AS", "analyzer", 'but got "("'),
    "a cast is written with colons": ("summary", "CAST(minutes_played * 10 AS INT64)", "(minutes_played * 10)::INT64", "analyzer", ":"),
    "a date is compared with text": ("target", ">= season_calendar.playoff_day", ">= CAST(season_calendar.playoff_day AS STRING)", "analyzer", "DATE"),
    "a column is missing from GROUP BY": ("meeting", "GROUP BY roster.player_id, roster.day_number", "GROUP BY roster.player_id", "analyzer", "day_number"),
    "a CAST as DATE is gone": ("recent_game", "NULL AS game_date", "CAST(NULL AS STRING) AS game_date", "analyzer", "UNION ALL"),
    # types of the target
    "a count stays an integer": ("player_history", "CAST(IFNULL(meeting_count, 0) AS FLOAT64)", "IFNULL(meeting_count, 0)", "types", "feature_30_value is INT64"),
    "a number of games stays an integer": ("player_history", "CAST(games_last_7_days AS FLOAT64)", "games_last_7_days", "types", "feature_4_value is INT64"),
    "a column of the store is renamed": ("ml_feature_store_v2", "AS early_season_flag", "AS early_season_fla", "types", "early_season_fla"),
    "a decimal literal keeps DuckDB's type": ("", "float_literal", "", "types", "DECIMAL"),
    "an integer literal keeps DuckDB's width": ("", "integer_literal", "", "rows", "Overflow in left shift"),
    # what no golden case proves
    "any meeting stands for all": ("meeting", "SUM(CAST(earlier_game.points AS FLOAT64))", "ANY_VALUE(CAST(earlier_game.points AS FLOAT64) HAVING MAX earlier_game.game_date)", "dialect", "HAVING MAX"),
    "a season's first days are its first weeks": ("target", "IFNULL(\n    DATE_DIFF(summary.game_date, season_calendar.first_day, DAY)", "IFNULL(\n    DATE_DIFF(summary.game_date, season_calendar.first_day, ISOWEEK)", "rows", "early_season_flag"),
    "the games against an opponent are counted roughly": ("meeting", "COUNT(*) AS", "APPROX_COUNT_DISTINCT(earlier_game.game_date) AS", "dialect", "APPROX_COUNT_DISTINCT"),
    "home is where the name in capitals is": ("target", "= summary.team_abbr AS", "= INITCAP(summary.team_abbr) AS", "dialect", "INITCAP"),
    # rows
    "the deviation is the population's": ("player_form", STD, "/ (COUNT(*) * COUNT(*))", "rows", "feature_3_value"),
    "the meeting's year has 366 days": ("meeting", "- 365", "- 366", "rows", "feature_30_value"),
    "the meeting's year has 364 days": ("meeting", "- 365", "- 364", "rows", "feature_30_value"),
    "a meeting counts without being played": ("meeting", "WHERE earlier_game.is_played\n", "", "rows", "feature_30_value"),
    "the expected games count 366 days": ("recency", "365 PRECEDING", "366 PRECEDING", "rows", "historical_completeness"),
    "the expected games count rows, not days": ("recency", "RANGE BETWEEN", "ROWS BETWEEN", "rows", "historical_completeness"),
    "the week is 6 days": ("appearance", "RANGE BETWEEN 7 ", "RANGE BETWEEN 6 ", "rows", "feature_4_value"),
    "the fortnight is 13 days": ("appearance", "RANGE BETWEEN 14 ", "RANGE BETWEEN 13 ", "rows", "feature_5_value"),
    "the absences are of 9 rows": ("appearance", "ROWS BETWEEN 10 ", "ROWS BETWEEN 9 ", "rows", "feature_33_value"),
    "the last game's date stands for the one before": ("recent_game", "LAG(game_date, 2)", "LAG(game_date, 1)", "rows", "historical_completeness"),
    "the next game's date is among the last": ("recent_game", "LAG(game_date, 1)", "LAG(game_date, 0)", "rows", "historical_completeness"),
    "the last 5 games are 4": ("player_form", "games_later <= 5", "games_later <= 4", "rows", "feature_0_value"),
    "the last 10 games are 9": ("player_form", "GENERATE_ARRAY(1, 10)", "GENERATE_ARRAY(1, 9)", "rows", "feature_1_value"),
    "the last 3 games with usage are 4": ("usage_form", "GENERATE_ARRAY(1, 3)", "GENERATE_ARRAY(1, 4)", "rows", "feature_8_value"),
    "a partial window costs nothing": ("feature_quality", "WHEN is_partial THEN 87.0", "WHEN is_partial THEN 100.0", "rows", "feature_quality_score"),
    "team and opponent change places": ("pregame", "team.team_abbr = roster.team_abbr", "team.team_abbr = roster.opponent_team_abbr", "rows", "feature_22_value"),
    "free throws weigh less": ("team_game", "0.44 * SUM(ft_attempts) - SUM(offensive_rebounds)", "0.4 * SUM(ft_attempts) - SUM(offensive_rebounds)", "rows", "feature_14_value"),
    "a default is another": ("ml_feature_store_v2", "IFNULL(feature_5_value, 50.0)", "IFNULL(feature_5_value, 100.0)", "rows", "features"),
    "a missing bit is another feature's": ("feature_value", "IF(injury_risk IS NULL, 1 << 10, 0)", "IF(injury_risk IS NULL, 1 << 11, 0)", "rows", "feature_10_quality"),
    "the definitions put a feature into another category": ("feature_definition", "'fatigue_score', 'matchup'", "'fatigue_score', 'vegas'", "rows", "matchup_quality_pct"),
    "the definitions ask for a feature that is not required": ("feature_definition", "'vegas_points_line', 'vegas', NULL, FALSE", "'vegas_points_line', 'vegas', NULL, TRUE", "rows", "required_default_count"),
    "the definitions give a default to what has none": ("feature_definition", "'pct_paint', 'game_context', NULL", "'pct_paint', 'game_context', 0.0", "rows", "feature_18_quality"),
    "the definitions fill a window with one game less": ("feature_definition", "'points_avg_last_5', 'player_history', 10.0, TRUE, 5", "'points_avg_last_5', 'player_history', 10.0, TRUE, 4", "rows", "feature_0_quality"),
    "the definitions fill a window of rows with games": ("feature_definition", "'dnp_rate', 'player_history', 0.0, TRUE, 10, 'rows'", "'dnp_rate', 'player_history', 0.0, TRUE, 10, 'games'", "rows", "feature_33_quality"),
    "the opening line is never made up": ("roster", "COALESCE(opening_line, points_line)", "opening_line", "rows", "feature_26_value"),
    "a row of an older season is not played for want of is_dnp": ("summary", "is_dnp IS NOT TRUE", "is_dnp IS FALSE", "rows", "feature_2_value"),
    "the odd key of a twice written game wins": ("summary", "_[A-Z]+$'), 0, 1)", "_[A-Z]+$'), 1, 0)", "rows", "game_id"),
    "an undated row of a twice written game wins": ("summary", "processed_at DESC NULLS LAST", "processed_at DESC NULLS FIRST", "rows", "feature_0_value"),
    "a report without an hour is the newest": ("injury_status", "report_hour DESC NULLS LAST", "report_hour DESC NULLS FIRST", "rows", "feature_10_value"),
    "a report after the game counts": ("injury_status", "\n      AND report_date <= game_date", "", "leaks", "report_date"),
    "a tie of shot zones goes to the other": ("matchup", "pct_paint >= pct_mid_range", "pct_paint > pct_mid_range", "rows", "feature_6_value"),
    "a deviation of 0 divides": ("player_history", "ROUND(points_std_last_10, 6) = 0", "FALSE", "rows", "feature_35_value"),
    "a listed player's team is that of his last row": ("listed_player", "named.team_abbr = absent.team", "FALSE", "rows", "opponent_team_abbr"),
    "a listed player's games are of any season": ("listed_history", "    WHERE is_same_season\n", "", "rows", "required_default_count"),
    "a listed player's absences are of 9 rows": ("listed_history", "newest_first <= 10", "newest_first <= 9", "rows", "feature_33_value"),
    "a count over a window keeps DuckDB's type": ("", "count_if", "", "types", "HUGEINT"),
}  # fmt: skip


# The date of most rows.
LEAK_DAY = date(2024, 11, 22)
# Name: file, text, other text, a feature that changes when results of its date do.
LEAKS = {
    "a player's last games with usage hold the game itself": ("usage_form", "GENERATE_ARRAY(1, 3)", "GENERATE_ARRAY(0, 3)", "feature_8_value"),
    "the game's own points are among the season's": ("appearance", "OVER earlier AS points_season", "OVER earlier + IFNULL(points, 0) AS points_season", "feature_2_value"),
    "a game counts itself among the absences before it": ("appearance", "OVER last_10_rows AS dnp_count", "OVER last_10_rows + IF(is_dnp, 1, 0) AS dnp_count", "feature_33_value"),
    "home is where one plays": ("target", "= summary.team_abbr AS is_home", "= summary.team_abbr AND summary.is_played AS is_home", "feature_15_value"),
}  # fmt: skip


@pytest.fixture(scope="module")
def replica(mutants, tmp_path_factory):
    return mutants.make_replica(tmp_path_factory.mktemp("mutants"))


@pytest.mark.parametrize(
    ("file", "old", "new", "killed_by", "says"), MUTANTS.values(), ids=list(MUTANTS)
)
def test_a_mutant_is_detected_by_the_check_meant_for_it(
    evaluator, mutants, file, old, new, killed_by, says
):
    check, findings = mutants.first_kill(evaluator, mutants.Mutant(file, old, new))
    assert check == killed_by, findings
    assert any(says in message for message in findings), findings


@pytest.mark.parametrize(("file", "old", "new", "feature"), LEAKS.values(), ids=list(LEAKS))
def test_a_leak_without_a_pattern_is_found_by_changing_results(
    evaluator, mutants, replica, file, old, new, feature
):
    mutant = mutants.Mutant(file, old, new)
    assert mutants.by_reading(evaluator, mutant) == ("types", [])
    assert feature in mutants.by_changing_results(replica, LEAK_DAY, mutant)


def test_the_shipped_sql_passes_every_check(evaluator, mutants, replica):
    for file in mutants.FILES.values():
        for check in mutants.LINTS.values():
            assert mutants.by_lint(check, file, mutants.FILES) == []
        assert mutants.by_analyzer(evaluator, file, mutants.FILES) == ("types", [])
    assert mutants.by_computing(mutants.FILES, mutants.shipped()) == ("rows", [])
    assert mutants.by_changing_results(replica, LEAK_DAY) == set()


def test_every_check_has_its_mutants(mutants):
    kills = Counter(killed_by for *_, killed_by, _says in MUTANTS.values())
    assert set(kills) == set(mutants.CHECKS)
    assert min(kills.values()) >= 3
    assert sum(kills.values()) >= 25
