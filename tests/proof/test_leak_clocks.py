"""Rows that became known after the game: the second clock of a table, in both directions."""

# ruff: noqa: E501  (one case a line)

from __future__ import annotations

import pytest

from featurestore.definitions.column_roles import column_roles
from featurestore.lint.clocks import clock_of
from featurestore.lint.leaks import check_leaks
from sync.errors import BadInput

GAMES = "nba_analytics.player_game_summary"
REPORTS = "nba_raw.nbac_injury_report"
ROLES = column_roles(
    {
        "nba_raw.odds": {"entity": ["player_lookup"], "event": ["game_date"], "clock": "minutes_before_tipoff > 0"},
        "nba_raw.lines": {"event": ["game_date"], "clock": "snapshot_at < game_time", "results": ["Final_Line"]},
        "*": {"clocks": ["known_at <= tipoff_at"]},
    }
)  # fmt: skip
JOINED = f"SELECT g.player_lookup, r.injury_status FROM {GAMES} AS g JOIN {REPORTS} AS r ON r.game_id = g.game_id"

LEAKS = {
    "a join without a bound": JOINED,
    "a range of dates": f"{JOINED} WHERE r.report_date BETWEEN @start AND @end",
    "a range that ends on a given date": f"{JOINED} WHERE r.report_date <= @day",
    "the games end on the date, and do not begin there": f"{JOINED} WHERE r.report_date <= @day AND g.game_date <= @day",
    "a bound from below": f"{JOINED} WHERE r.report_date >= g.game_date",
    "a bound to the day after": f"{JOINED} WHERE r.report_date <= DATE_ADD(g.game_date, INTERVAL 1 DAY)",
    "a bound in OR": f"{JOINED} WHERE r.report_date <= g.game_date OR r.injury_status = 'Out'",
    "a bound on another table's reports": f"{JOINED} JOIN {REPORTS} AS q ON q.game_id = g.game_id AND q.report_date <= g.game_date",
    "the newest report": f"SELECT player_lookup, injury_status FROM {REPORTS} QUALIFY ROW_NUMBER() OVER (PARTITION BY player_lookup ORDER BY report_date DESC) = 1",
    "the newest report, bounded too late": f"SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY player_lookup ORDER BY report_date DESC) AS n FROM {REPORTS}) WHERE n = 1 AND report_date <= game_date",
    "a count": f"SELECT player_lookup, COUNT(*) AS n FROM {REPORTS} GROUP BY player_lookup",
    "the last one of LIMIT": f"SELECT injury_status FROM {REPORTS} ORDER BY report_date DESC LIMIT 1",
    "a subquery in an expression": f"SELECT (SELECT MAX(r.injury_status) FROM {REPORTS} AS r WHERE r.game_id = g.game_id) AS s FROM {GAMES} AS g",
    "through a CTE": f"WITH r AS (SELECT * FROM {REPORTS}) SELECT player_lookup, MAX(injury_status) AS s FROM r GROUP BY player_lookup",
    "one of two readers of a CTE": f"WITH r AS (SELECT game_id, report_date AS d, game_date FROM {REPORTS}) SELECT COUNT(*) AS n FROM r WHERE d <= game_date UNION ALL SELECT COUNT(*) FROM r",
    "a distance of at least zero": "SELECT player_lookup, AVG(line) AS l FROM nba_raw.odds WHERE minutes_before_tipoff >= 0 GROUP BY player_lookup",
    "a distance from above": "SELECT player_lookup, AVG(line) AS l FROM nba_raw.odds WHERE minutes_before_tipoff < 60 GROUP BY player_lookup",
    "a distance in a list that holds zero": "SELECT AVG(line) AS l FROM nba_raw.odds WHERE minutes_before_tipoff IN (0, 30)",
    "a distance between ends below zero": "SELECT AVG(line) AS l FROM nba_raw.odds WHERE minutes_before_tipoff BETWEEN -5 AND 60",
    "a moment up to the game's": "SELECT AVG(l.line) AS l FROM nba_raw.lines AS l WHERE l.snapshot_at <= l.game_time",
    "a moment compared with itself": "SELECT AVG(l.line) AS l FROM nba_raw.lines AS l WHERE l.snapshot_at < TIMESTAMP_ADD(l.snapshot_at, INTERVAL 1 DAY)",
    "a clock by its usual name in a table that is not known": "SELECT player_lookup, line FROM x.props QUALIFY ROW_NUMBER() OVER (PARTITION BY player_lookup ORDER BY minutes_before_tipoff) = 1",
    "a clock by a name of the settings": "SELECT player_lookup, MAX_BY(line, known_at) AS line FROM x.props GROUP BY player_lookup",
}  # fmt: skip

CLEAN = {
    "a bound in ON": f"{JOINED} AND r.report_date <= g.game_date",
    "a bound in WHERE, turned round": f"{JOINED} WHERE g.game_date >= r.report_date",
    "a bound of the report's own game": f"{JOINED} WHERE r.report_date <= r.game_date",
    "BETWEEN": f"{JOINED} WHERE r.report_date BETWEEN DATE_SUB(g.game_date, INTERVAL 3 DAY) AND g.game_date",
    "before the day after": f"{JOINED} WHERE r.report_date < DATE_ADD(g.game_date, INTERVAL 1 DAY)",
    "before a given date": f"{JOINED} WHERE r.report_date < @day",
    "up to the given date of the games": f"{JOINED} WHERE r.report_date <= @day AND g.game_date = @day",
    "up to a given date, games from then on": f"{JOINED} WHERE r.report_date <= @day AND g.game_date >= @day",
    "through a CTE and another name": f"WITH r AS (SELECT player_lookup, report_date AS d, game_date, injury_status FROM {REPORTS}) SELECT player_lookup, MAX(injury_status) AS s FROM r WHERE d <= game_date GROUP BY player_lookup",
    "a condition in an aggregate": f"SELECT player_lookup, MAX(IF(report_date <= game_date, injury_status, NULL)) AS s FROM {REPORTS} GROUP BY player_lookup",
    "CASE in an aggregate": f"SELECT player_lookup, COUNT(CASE WHEN report_date <= game_date AND injury_status = 'Out' THEN 1 END) AS n FROM {REPORTS} GROUP BY player_lookup",
    "a correlated subquery": f"SELECT (SELECT MAX(r.injury_status) FROM {REPORTS} AS r WHERE r.report_date <= g.game_date) AS s FROM {GAMES} AS g",
    "rows of one table, as they are": f"SELECT player_lookup, injury_status FROM {REPORTS} WHERE report_date = '2025-01-15'",
    "a copy of one table": f"CREATE TABLE x.copy AS SELECT * FROM {REPORTS}",
    "a distance above zero": "SELECT player_lookup, AVG(line) AS l FROM nba_raw.odds WHERE minutes_before_tipoff > 0 GROUP BY player_lookup",
    "a distance of at least half an hour": "SELECT AVG(line) AS l FROM nba_raw.odds WHERE 30 <= minutes_before_tipoff",
    "distances of a list": "SELECT AVG(line) AS l FROM nba_raw.odds WHERE minutes_before_tipoff IN (30, 60)",
    "one distance": "SELECT AVG(line) AS l FROM nba_raw.odds WHERE minutes_before_tipoff = 60",
    "a distance as a parameter": "SELECT AVG(line) AS l FROM nba_raw.odds WHERE minutes_before_tipoff >= @minutes",
    "a moment before the game's": "SELECT AVG(l.line) AS l FROM nba_raw.lines AS l WHERE l.snapshot_at < l.game_time",
    "a moment up to an hour before": "SELECT AVG(l.line) AS l FROM nba_raw.lines AS l WHERE l.snapshot_at <= TIMESTAMP_SUB(l.game_time, INTERVAL 1 HOUR)",
    "a table that is not known and names no clock": "SELECT player_lookup, COUNT(*) AS n FROM x.props GROUP BY player_lookup",
    "a comment with a reason": f"SELECT COUNT(*) AS n\nFROM {REPORTS} -- lint: allow leak: a count of reports",
}  # fmt: skip


def rules(sql: str, **options: bool) -> list[str]:
    return [finding.rule for finding in check_leaks(sql, ROLES, **options)]


@pytest.mark.parametrize("sql", LEAKS.values(), ids=LEAKS)
def test_rows_without_a_bound_before_the_game_are_found(sql: str) -> None:
    assert "leak-clock" in rules(sql)


@pytest.mark.parametrize("sql", CLEAN.values(), ids=CLEAN)
def test_rows_bounded_before_the_game_pass(sql: str) -> None:
    assert "leak-clock" not in rules(sql)


def test_a_finding_names_the_table_the_column_and_the_condition_to_add() -> None:
    sql = f"SELECT\n  MAX(injury_status) AS s\nFROM {REPORTS}"
    (finding,) = check_leaks(sql, ROLES, origin="a.sql", line=5)
    assert (finding.path, finding.line) == ("a.sql", 7)
    assert finding.message == (f"{REPORTS}: report_date is not bounded to before the game")
    assert finding.hint.startswith("add a predicate like report_date <= game_date;")


def test_rows_that_other_files_read_need_their_bound_at_once() -> None:
    sql = f"SELECT report_date, game_date, injury_status FROM {REPORTS} WHERE report_date > @day"
    assert rules(sql) == []
    assert rules(sql, is_relation=True) == ["leak-clock"]


def test_results_of_the_settings_are_results() -> None:
    sql = "SELECT AVG(final_line) OVER (ORDER BY game_date) AS l FROM nba_raw.lines WHERE snapshot_at < game_time"
    assert rules(sql) == ["leak-frame"]


@pytest.mark.parametrize(
    "condition", ["", "snapshot_at", "snapshot_at = game_time", "1 < 2", "a < b + 1", "a <", "a < 'x'"]
)  # fmt: skip
def test_a_clock_that_is_not_a_comparison_of_a_column_is_refused(condition: str) -> None:
    with pytest.raises(BadInput, match="is not a comparison"):
        clock_of(condition)


@pytest.mark.parametrize(
    ("table", "fields", "said"),
    [
        ("a.b", {"key": ["x"]}, "columns of a.b: unknown field key; known are entity, event"),
        ("a.b", {"entity": "x"}, "columns of a.b: entity is 'x', not a list of names"),
        ("a.b", {"clock": ["x < 1"]}, r"columns of a.b: clock is \['x < 1'\], not a condition"),
        ("*", {"clock": "x < 1"}, "columns of \\*: .* not clocks = "),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(table: str, fields: dict, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        column_roles({table: fields})
