"""Patterns through which a feature could see the game it predicts."""

# ruff: noqa: E501  (one case a line)

from __future__ import annotations

import re

import pytest

from featurestore.definitions.column_roles import column_roles
from featurestore.definitions.compose import by_name, compose_sql
from featurestore.definitions.sql_files import load
from featurestore.definitions.tables import tables
from featurestore.lint.clocks import clock_of
from featurestore.lint.leaks import check_leaks

T = "nba_analytics.player_game_summary"
ROLES = column_roles()
RELATIONS = {file.name: file.text for file in load("features")}


def leaks_in(sql: str, **options) -> list:
    return check_leaks(sql, ROLES, **options)


LEAKS = {
    # frames
    "a frame that ends at the current row": ("leak-frame", f"SELECT AVG(points) OVER (PARTITION BY player_lookup ORDER BY game_date ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) FROM {T}"),
    "a frame in short form": ("leak-frame", f"SELECT AVG(points) OVER (ORDER BY game_date ROWS 9 PRECEDING) FROM {T}"),
    "a frame that ends in the future": ("leak-frame", f"SELECT AVG(points) OVER (ORDER BY game_date ROWS BETWEEN 9 PRECEDING AND 1 FOLLOWING) FROM {T}"),
    "a frame that ends 0 rows before": ("leak-frame", f"SELECT AVG(points) OVER (ORDER BY game_date ROWS BETWEEN 9 PRECEDING AND 0 PRECEDING) FROM {T}"),
    "a frame whose end is a parameter": ("leak-frame", f"SELECT AVG(points) OVER (ORDER BY game_date ROWS BETWEEN 9 PRECEDING AND @n PRECEDING) FROM {T}"),
    "a range of days up to today": ("leak-frame", f"SELECT COUNT(points) OVER (ORDER BY UNIX_DATE(game_date) RANGE BETWEEN 7 PRECEDING AND CURRENT ROW) FROM {T}"),
    "an order and no frame": ("leak-frame", f"SELECT SUM(points) OVER (PARTITION BY player_lookup ORDER BY game_date) FROM {T}"),
    "neither order nor frame": ("leak-frame", f"SELECT AVG(points) OVER (PARTITION BY player_lookup) FROM {T}"),
    "a named window": ("leak-frame", f"SELECT AVG(points) OVER w FROM {T} WINDOW w AS (ORDER BY game_date ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)"),
    "a named window built on another": ("leak-frame", f"SELECT AVG(points) OVER w FROM {T} WINDOW v AS (ORDER BY game_date), w AS (v ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)"),
    "LEAD": ("leak-frame", f"SELECT LEAD(points) OVER (ORDER BY game_date) FROM {T}"),
    "LAG by 0": ("leak-frame", f"SELECT LAG(points, 0) OVER (ORDER BY game_date) FROM {T}"),
    "LAST_VALUE without a frame": ("leak-frame", f"SELECT LAST_VALUE(points IGNORE NULLS) OVER (ORDER BY game_date) FROM {T}"),
    "FIRST_VALUE without a frame": ("leak-frame", f"SELECT FIRST_VALUE(points) OVER (ORDER BY game_date) FROM {T}"),
    "a result inside an expression": ("leak-frame", f"SELECT SUM(IF(minutes_played > 0, 1, 0)) OVER (ORDER BY game_date) FROM {T}"),
    "a result through a CTE and another name": ("leak-frame", f"WITH g AS (SELECT game_date AS d, points * 2 AS p FROM {T}) SELECT AVG(p) OVER (ORDER BY d) FROM g"),
    "a result through a star": ("leak-frame", f"SELECT AVG(s.points) OVER (ORDER BY s.game_date) FROM (SELECT * EXCEPT (minutes_played) FROM {T}) AS s"),
    "a result through a UNION": ("leak-frame", f"WITH u AS (SELECT game_date, NULL AS p FROM {T} UNION ALL SELECT game_date, points FROM {T}) SELECT MAX(p) OVER (ORDER BY game_date) FROM u"),
    "a team's results of a date": ("leak-frame", f"WITH t AS (SELECT team_abbr, game_date, SUM(points) AS p FROM {T} GROUP BY team_abbr, game_date) SELECT AVG(p) OVER (ORDER BY game_date) FROM t"),
    "a window in QUALIFY": ("leak-frame", f"SELECT game_id FROM {T} QUALIFY MAX(points) OVER (PARTITION BY player_lookup) > 30"),
    "a window in a subquery": ("leak-frame", f"SELECT 1 FROM nba.t WHERE x IN (SELECT SUM(points) OVER (ORDER BY game_date) FROM {T})"),
    # joins
    "a self join with <=": ("leak-join", f"SELECT t.game_id, p.points FROM {T} AS t JOIN {T} AS p ON p.player_lookup = t.player_lookup AND p.game_date <= t.game_date"),
    "a self join with >=, turned round": ("leak-join", f"SELECT t.game_id, p.points FROM {T} AS t JOIN {T} AS p ON t.game_date >= p.game_date"),
    "a self join with BETWEEN": ("leak-join", f"SELECT t.game_id, p.points FROM {T} AS t JOIN {T} AS p ON p.game_date BETWEEN DATE_SUB(t.game_date, INTERVAL 9 DAY) AND t.game_date"),
    "a self join in WHERE": ("leak-join", f"SELECT t.game_id, p.points FROM {T} AS t, {T} AS p WHERE p.game_date <= t.game_date"),
    "a self join of a CTE": ("leak-join", f"WITH g AS (SELECT UNIX_DATE(game_date) AS d, points FROM {T}) SELECT AVG(b.points) AS x FROM g AS a JOIN g AS b ON b.d <= a.d GROUP BY a.d"),
    # aggregates
    "a season's average": ("leak-aggregate", f"SELECT player_lookup, AVG(points) AS p FROM {T} GROUP BY player_lookup"),
    "the average of everything": ("leak-aggregate", f"SELECT AVG(points) AS p FROM {T}"),
    "an average up to a date, included": ("leak-aggregate", f"SELECT AVG(points) AS p FROM {T} WHERE game_date <= @as_of"),
    "an average before the day after": ("leak-aggregate", f"SELECT t.game_date, AVG(p.points) AS x FROM {T} AS t JOIN {T} AS p ON p.player_lookup = t.player_lookup AND p.game_date < DATE_ADD(t.game_date, INTERVAL 1 DAY) GROUP BY t.game_date"),
    "an average over a range": ("leak-aggregate", f"SELECT AVG(points) AS p FROM {T} WHERE game_date BETWEEN @a AND @b"),
    "an average joined by player alone": ("leak-aggregate", f"SELECT t.game_date, AVG(p.points) AS x FROM {T} AS t JOIN {T} AS p ON p.player_lookup = t.player_lookup GROUP BY t.game_date"),
    "a scalar subquery by player alone": ("leak-aggregate", f"SELECT (SELECT AVG(p.points) FROM {T} AS p WHERE p.player_lookup = t.player_lookup) AS x FROM {T} AS t"),
}  # fmt: skip

CLEAN = {
    "a frame that ends one row before": f"SELECT AVG(points) OVER (ORDER BY game_date ROWS BETWEEN 9 PRECEDING AND 1 PRECEDING) FROM {T}",
    "a range that ends a day before": f"SELECT AVG(points) OVER (ORDER BY UNIX_DATE(game_date) RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING) FROM {T}",
    "a named window that ends one row before": f"SELECT AVG(points) OVER w FROM {T} WINDOW v AS (ORDER BY game_date), w AS (v ROWS BETWEEN 9 PRECEDING AND 1 PRECEDING)",
    "LAG": f"SELECT LAG(points) OVER (ORDER BY game_date), LAG(points, 2) OVER (ORDER BY game_date) FROM {T}",
    "LAST_VALUE of earlier rows": f"SELECT LAST_VALUE(points) OVER (ORDER BY game_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM {T}",
    "row numbers and ranks": f"SELECT ROW_NUMBER() OVER (ORDER BY game_date), RANK() OVER (ORDER BY processed_at) FROM {T}",
    "a count of rows": f"SELECT COUNT(*) OVER (PARTITION BY game_id) FROM {T}",
    "the schedule ahead": f"SELECT LEAD(game_date) OVER (PARTITION BY team_abbr ORDER BY game_date) FROM {T}",
    "a line known before the game": f"SELECT AVG(points_line) OVER (ORDER BY game_date) FROM {T}",
    "a window over what was known before": f"WITH f AS (SELECT game_date, LAG(points) OVER (ORDER BY game_date) AS p FROM {T}) SELECT MAX(p) OVER (ORDER BY game_date) FROM f",
    "another table": "SELECT SUM(points) OVER (ORDER BY day) FROM nba.schedule",
    "a self join with <": f"SELECT t.game_id, AVG(p.points) AS x FROM {T} AS t JOIN {T} AS p ON p.game_date < t.game_date AND p.game_date >= DATE_SUB(t.game_date, INTERVAL 9 DAY) GROUP BY t.game_id",
    "a self join with <= and !=, written as <": f"SELECT p.points FROM {T} AS t JOIN {T} AS p ON p.game_date <= t.game_date AND p.game_date < t.game_date",
    "a self join up to the day before": f"SELECT AVG(p.points) AS x FROM {T} AS t JOIN {T} AS p ON p.game_date BETWEEN t.game_date - 9 AND DATE_SUB(t.game_date, INTERVAL 1 DAY) GROUP BY t.game_id",
    "a join on dates without results": f"WITH d AS (SELECT game_date FROM {T}) SELECT 1 FROM d AS a JOIN d AS b ON a.game_date <= b.game_date",
    "a team's results of a date as such": f"SELECT team_abbr, game_date, SUM(points) AS p FROM {T} GROUP BY team_abbr, game_date",
    "a date's results, joined by the date": f"SELECT t.game_date, SUM(p.points) AS p FROM {T} AS t JOIN {T} AS p ON p.game_date = t.game_date GROUP BY t.game_date",
    "a game's results as such": f"SELECT game_id, SUM(points) AS p FROM {T} GROUP BY ALL",
    "an average before a date": f"SELECT AVG(points) AS p FROM {T} WHERE game_date < @as_of",
    "an average up to the day before": f"SELECT AVG(points) AS p FROM {T} WHERE game_date <= DATE_SUB(@as_of, INTERVAL 1 DAY)",
    "a correlated average before the row": f"SELECT (SELECT AVG(p.points) FROM {T} AS p WHERE p.game_date < t.game_date) AS x FROM {T} AS t",
    "an average over keys": f"SELECT team_abbr, COUNT(*) AS n, MAX(game_date) AS d FROM {T} GROUP BY team_abbr",
    "text that is no SQL": "SELECT FROM (",
}  # fmt: skip


@pytest.mark.parametrize(("rule", "sql"), LEAKS.values(), ids=LEAKS)
def test_a_leak_is_found_once_by_its_own_rule(rule: str, sql: str) -> None:
    assert [finding.rule for finding in leaks_in(sql)] == [rule]


@pytest.mark.parametrize("sql", CLEAN.values(), ids=CLEAN)
def test_a_statement_that_only_looks_back_has_no_finding(sql: str) -> None:
    assert leaks_in(sql) == []


def test_a_finding_says_what_where_and_what_to_write() -> None:
    sql = f"WITH form AS (\n  SELECT\n    AVG(points) OVER w AS p\n  FROM {T}\n  WINDOW w AS (ORDER BY game_date)\n)\nSELECT p FROM form"
    (finding,) = leaks_in(sql, origin="form.sql", line=5)
    assert (finding.path, finding.line, finding.cte) == ("form.sql", 7, "form")
    assert finding.message == "points: a window over results ends at its own row"
    assert finding.hint.startswith(
        "end the frame at 1 PRECEDING; if the statement is right, allow it"
    )


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        ("LEAD(points) OVER (ORDER BY game_date)", "reads following rows"),
        ("LAG(points, @n) OVER (ORDER BY game_date)", "may read its own row"),
        ("SUM(points) OVER ()", "includes its whole partition"),
        ("SUM(points) OVER (ORDER BY game_date)", "ends at its own row"),
    ],
)
def test_the_message_says_which_rows_leak(window: str, reason: str) -> None:
    (finding,) = leaks_in(f"SELECT {window} FROM {T}")
    assert finding.message == f"points: a window over results {reason}"


@pytest.mark.parametrize("before", ["-- lint: allow leak: shown after the game\n", ""])
def test_a_comment_with_a_reason_allows_a_leak(before: str) -> None:
    after = "" if before else " -- lint: allow leak: shown after the game"
    sql = f"SELECT\n{before}  LEAD(points) OVER (ORDER BY game_date){after}\nFROM {T}"
    assert leaks_in(sql) == []


def test_a_comment_without_a_reason_is_a_finding_and_allows_nothing() -> None:
    sql = f"SELECT\n-- lint: allow leak:\n  LEAD(points) OVER (ORDER BY game_date)\nFROM {T}"
    rules = [(finding.line, finding.rule) for finding in leaks_in(sql)]
    assert rules == [(2, "allow-without-reason"), (3, "leak-frame")]


def test_a_comment_allows_its_own_line_and_the_next_only() -> None:
    sql = f"SELECT\n-- lint: allow leak: for a report\n  1,\n  LEAD(points) OVER (ORDER BY game_date)\nFROM {T}"
    assert [finding.line for finding in leaks_in(sql)] == [4]


@pytest.mark.parametrize("name", ROLES.tables)
def test_columns_with_a_role_in_the_header_are_columns_of_the_table(name: str) -> None:
    roles = ROLES.tables[name]
    named = roles.entity | roles.event | roles.pregame | roles.results
    columns = set(tables()[name].column_names)
    assert named <= columns
    assert len(named) == sum(map(len, (roles.entity, roles.event, roles.pregame, roles.results)))
    if roles.clock:
        clock = clock_of(roles.clock)
        assert clock.column in columns - named


def test_every_column_of_a_game_s_row_has_a_role_or_is_a_result() -> None:
    results = [name for name in tables()[T].column_names if ROLES.tables[T].is_result(name)]
    assert {"points", "minutes_played", "fg_makes", "win_flag"} <= set(results)
    assert not {"player_lookup", "game_date", "points_line", "processed_at"} & set(results)


def test_results_are_followed_through_relations_of_other_files() -> None:
    sql = "SELECT AVG(points) OVER (ORDER BY day_number) AS p FROM summary"
    assert leaks_in(sql) == []
    assert [finding.rule for finding in leaks_in(sql, relations=RELATIONS)] == ["leak-frame"]


@pytest.mark.parametrize(
    "broken", ["", "-- nothing yet", "SELECT 1 FROM (", f"SELECT {'(' * 101}1{')' * 101}"]
)
def test_a_file_that_cannot_be_read_hides_no_leak_of_the_files_beside_it(broken: str) -> None:
    sql = "SELECT AVG(points) OVER (ORDER BY day_number) AS p FROM summary"
    findings = leaks_in(sql, relations={**RELATIONS, "draft": broken})
    assert [finding.rule for finding in findings] == ["leak-frame"]


def windows_over_results() -> list[tuple[str, int]]:
    """Frames of the features, as (relation, offset); those of team_day count games, not results."""
    return [
        (name, match.start())
        for name, text in RELATIONS.items()
        for match in re.finditer(r"(?<=AND )1 PRECEDING", text)
        if name != "team_day"
    ]


@pytest.mark.parametrize(("name", "at"), windows_over_results())
def test_each_frame_of_the_features_changed_to_include_its_own_row_is_found(
    name: str, at: int
) -> None:
    text = RELATIONS[name]
    mutant = text[:at] + "CURRENT ROW" + text[at + len("1 PRECEDING") :]
    findings = leaks_in(mutant, relations=RELATIONS)
    assert "leak-frame" in {finding.rule for finding in findings}


def test_a_meeting_on_the_date_itself_is_found() -> None:
    mutant = RELATIONS["meeting"].replace(
        "earlier_game.day_number < roster", "earlier_game.day_number <= roster"
    )
    (finding,) = leaks_in(mutant, relations=RELATIONS)
    assert finding.rule == "leak-join"


def test_the_composed_features_have_the_findings_of_their_files() -> None:
    """Relations that aggregate results by a player's games say why they may."""
    sql = compose_sql("ml_feature_store_v2", by_name(load("features")))
    per_file = [
        finding.message
        for text in RELATIONS.values()
        for finding in leaks_in(text, relations=RELATIONS)
    ]
    assert [finding.message for finding in leaks_in(sql)] == per_file
