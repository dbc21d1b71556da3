"""Small mistakes in the feature SQL, each caught by the check that is meant for it.

Every mutant goes through all checks in the order in which a colleague would meet them; the first
that catches it must be the one that is named. The shipped SQL passes all of them.
"""

# ruff: noqa: E501  (a mutant's text stands as in its file)

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple

import duckdb
import pytest

from featurestore import compose, compute, dialect, lint, plan, schema, sqlfiles
from featurestore.dialect import rules
from featurestore.league import hard
from sync import duck
from sync.errors import Failure
from sync.types import create_table_sql

pytestmark = pytest.mark.xdist_group("evaluator")

FILES = compose.by_name(sqlfiles.load("features"))
# From one season into the next: every hard case shows in some row.
START, END = date(2023, 10, 24), date(2024, 12, 20)
PARAMETERS = {
    "start_date": START,
    "end_date": END,
    "include_bootstrap": True,
    "bootstrap_days": 14,
    "computed_at": datetime(2026, 1, 1, tzinfo=UTC),
}

LINTS = {"bounds": lint.bounds, "lookback": lint.lookback, "leaks": lint.leaks}


class Mutant(NamedTuple):
    """A text replaced in a file, or a dialect rule left out, and what the check says of it."""

    file: str
    old: str
    new: str
    killed_by: str
    says: str


LOWER = "WHERE game_date BETWEEN DATE_SUB(@start_date, INTERVAL 365 DAY) AND @end_date"
REPORTS = "report_date BETWEEN DATE_SUB(@start_date, INTERVAL 365 DAY) AND @end_date"
STD = "* (LEAST(appearance.games_before, 10) - 1)"
ONE = "AND 1 PRECEDING"
NOW = "AND CURRENT ROW"

MUTANTS = {
    # bounds
    "the summary loses its lower bound": Mutant("summary", LOWER, "WHERE game_date <= @end_date", "bounds", "player_game_summary in CTE bounded: no lower bound on game_date"),
    "the summary loses its upper bound": Mutant("summary", LOWER, "WHERE game_date >= DATE_SUB(@start_date, INTERVAL 365 DAY)", "bounds", "player_game_summary in CTE bounded: no upper bound on game_date"),
    "the summary loses its WHERE": Mutant("summary", LOWER, "", "bounds", "no lower and no upper bound on game_date"),
    "the summary's bound is one of two ways in": Mutant("summary", LOWER, f"{LOWER} OR season_year = 2024", "bounds", "no lower and no upper bound on game_date"),
    "the summary's bound stands on a function of the date": Mutant("summary", "WHERE game_date BETWEEN", "WHERE DATE_TRUNC(game_date, MONTH) BETWEEN", "bounds", "no lower and no upper bound on game_date"),
    "the reports are bounded by their game alone": Mutant("injury_status", f"WHERE {REPORTS}\n      AND", "WHERE", "bounds", "nbac_injury_report in CTE report: no lower and no upper bound on report_date"),
    "a relation reads the warehouse past the summary": Mutant("meeting", "summary AS earlier_game", "nba_analytics.player_game_summary AS earlier_game", "bounds", "player_game_summary: no lower and no upper bound on game_date"),
    # what the header promises to pull
    "the summary reads a day more than its header says": Mutant("summary", "INTERVAL 365 DAY", "INTERVAL 366 DAY", "lookback", "says 365 days of lookback, the statement reads 366"),
    "the reports start a month late": Mutant("injury_status", "INTERVAL 365 DAY", "INTERVAL 335 DAY", "lookback", "says 365 days of lookback, the statement reads 335"),
    # leaks
    "a player's last 10 games hold the game itself": Mutant("player_form", f"10 PRECEDING {ONE}", f"10 PRECEDING {NOW}", "leaks", "window"),
    "a player's season holds the game itself": Mutant("player_form", f"season AS (in_order ROWS BETWEEN UNBOUNDED PRECEDING {ONE}", f"season AS (in_order ROWS BETWEEN UNBOUNDED PRECEDING {NOW}", "leaks", "window"),
    "a team's last 15 games hold the game itself": Mutant("team_form", f"15 PRECEDING {ONE}", f"15 PRECEDING {NOW}", "leaks", "window"),
    "the week's minutes hold today's": Mutant("appearance", f"7 PRECEDING {ONE}", f"7 PRECEDING {NOW}", "leaks", "window"),
    "the league's shooting holds today's": Mutant("league_form", ONE, NOW, "leaks", "window"),
    "the year's games hold today's": Mutant("recency", ONE, NOW, "leaks", "window"),
    "the count of games with usage has no frame": Mutant("player_form", f"\n        ROWS BETWEEN UNBOUNDED PRECEDING {ONE}", "", "leaks", "window"),
    "a meeting may be today's game": Mutant("meeting", "day_number < target", "day_number <= target", "leaks", "day_number"),
    "the reason for an allowed pattern is gone": Mutant("game_slot", "leak: the number of all games names the slot after them and is no feature", "leak:", "leaks", "reason"),
    # what is no GoogleSQL
    "a column is called of": Mutant("target", "AS is_home", "AS of", "analyzer", "Unexpected keyword OF"),
    "an aggregate has DuckDB's FILTER": Mutant("meeting", "COUNT(*) AS", "COUNT(*) FILTER (WHERE TRUE) AS", "analyzer", 'Expected ")" but got "("'),
    "a cast is written with colons": Mutant("summary", "CAST(minutes_played * 10 AS INT64)", "(minutes_played * 10)::INT64", "analyzer", ":"),
    "a date is compared with text": Mutant("target", ">= season_calendar.playoff_day", ">= CAST(season_calendar.playoff_day AS STRING)", "analyzer", "DATE"),
    "a column is missing from GROUP BY": Mutant("meeting", "GROUP BY target.player_lookup, target.game_date", "GROUP BY target.player_lookup", "analyzer", "game_date"),
    "a CAST as DATE is gone": Mutant("game_slot", "NULL AS game_date", "CAST(NULL AS STRING) AS game_date", "analyzer", "UNION ALL"),
    # types of the target
    "a count stays an integer": Mutant("feature_value", "CAST(meeting_count AS FLOAT64)", "meeting_count", "types", "feature_30_value is INT64"),
    "a line stays a NUMERIC": Mutant("feature_value", "CAST(target.points_line AS FLOAT64)", "target.points_line", "types", "feature_25_value is NUMERIC"),
    "a column of the store is renamed": Mutant("ml_feature_store_v2", "AS feature_0_value", "AS feature_0_val", "types", "feature_0_val"),
    "a decimal literal keeps DuckDB's type": Mutant("", "float_literal", "", "types", "DECIMAL"),
    "an integer literal keeps DuckDB's width": Mutant("", "integer_literal", "", "types", "INTEGER"),
    # rows
    "the deviation is the population's": Mutant("feature_value", STD, "* LEAST(appearance.games_before, 10)", "rows", "feature_3_value"),
    "the meeting's year has 366 days": Mutant("meeting", "- 365", "- 366", "rows", "feature_30_value"),
    "the meeting's year has 364 days": Mutant("meeting", "- 365", "- 364", "rows", "feature_30_value"),
    "a meeting counts without being played": Mutant("meeting", "WHERE earlier_game.is_played\n", "", "rows", "feature_30_value"),
    "the expected games count 366 days": Mutant("recency", "365 PRECEDING", "366 PRECEDING", "rows", "historical_completeness"),
    "the expected games count rows, not days": Mutant("recency", "RANGE BETWEEN", "ROWS BETWEEN", "rows", "historical_completeness"),
    "the week is 6 days": Mutant("appearance", "RANGE BETWEEN 7 ", "RANGE BETWEEN 6 ", "rows", "feature_4_value"),
    "the absences are of 9 rows": Mutant("appearance", "ROWS BETWEEN 10 ", "ROWS BETWEEN 9 ", "rows", "feature_33_value"),
    "the last game's date stands for the one before": Mutant("player_form", "LAG(game_date, 2)", "LAG(game_date, 1)", "rows", "historical_completeness"),
    "the next game's date is among the last": Mutant("player_form", "LAG(game_date, 1)", "LAG(game_date, 0)", "rows", "historical_completeness"),
    "the last 5 games are 4": Mutant("player_form", "ROWS BETWEEN 5 ", "ROWS BETWEEN 4 ", "rows", "feature_0_value"),
    "team and opponent change places": Mutant("feature_value", "team.team_abbr = target.team_abbr", "team.team_abbr = target.opponent_team_abbr", "rows", "feature_22_value"),
    "free throws weigh less": Mutant("team_game", "0.44 * SUM(ft_attempts) - SUM(offensive_rebounds)", "0.4 * SUM(ft_attempts) - SUM(offensive_rebounds)", "rows", "feature_14_value"),
    "a default is another": Mutant("ml_feature_store_v2", "IFNULL(fatigue_score, 50.0)", "IFNULL(fatigue_score, 100.0)", "rows", "features"),
    "a missing bit is another feature's": Mutant("feature_value", "IF(injury_risk IS NULL, 1024, 0)", "IF(injury_risk IS NULL, 2048, 0)", "rows", "feature_10_quality"),
    "the opening line is never made up": Mutant("feature_value", "COALESCE(target.opening_line, target.points_line)", "target.opening_line", "rows", "feature_26_value"),
    "a row of an older season is not played for want of is_dnp": Mutant("summary", "is_dnp IS NOT TRUE", "is_dnp IS FALSE", "rows", "feature_2_value"),
    "the odd key of a twice written game wins": Mutant("summary", "_[A-Z]+$'), 0, 1)", "_[A-Z]+$'), 1, 0)", "rows", "game_id"),
    "an undated row of a twice written game wins": Mutant("summary", "processed_at DESC NULLS LAST", "processed_at DESC NULLS FIRST", "rows", "feature_0_value"),
    "a report without an hour is the newest": Mutant("injury_status", "report_hour DESC NULLS LAST", "report_hour DESC NULLS FIRST", "rows", "feature_10_value"),
    "a report after the game counts": Mutant("injury_status", "\n      AND report_date <= game_date", "", "rows", "feature_10_value"),
    "a tie of shot zones goes to the other": Mutant("feature_value", "paint_attempts_last_10 >= mid_range_attempts_last_10", "paint_attempts_last_10 > mid_range_attempts_last_10", "rows", "feature_6_value"),
    "a deviation of 0 divides": Mutant("feature_value", "ROUND(points_std_last_10, 6) = 0", "FALSE", "rows", "feature_35_value"),
    "a count over a window keeps DuckDB's type": Mutant("", "count_if", "", "types", "HUGEINT"),
    "a count of bits keeps DuckDB's width": Mutant("", "bit_count", "", "types", "TINYINT"),
}  # fmt: skip


def changed(mutant):
    """The shipped files with the mutant's text in place."""
    if not mutant.file:
        return FILES
    file = FILES[mutant.file]
    assert file.text.count(mutant.old) >= 1, f"{file.path} has no {mutant.old!r}"
    text = file.text.replace(mutant.old, mutant.new)
    return FILES | {file.name: dataclasses.replace(file, text=text)}


def rules_without(mutant):
    if mutant.file:
        return rules.RULES
    kept = tuple(rule for rule in rules.RULES if rule.__name__ != mutant.old)
    assert len(kept) == len(rules.RULES) - 1, f"no rule {mutant.old}"
    return kept


def by_lint(check, file, files):
    texts = {other.name: other.text for other in files.values() if other.name != file.name}
    context = lint.Context(schema.partitioned(), relations=texts, upper=True)
    return [f"{found.message}; {found.hint}" for found in check(file.text, context)]


def by_analyzer(evaluator, files):
    """What the analyzer says, of the statement or of its columns' types."""
    sql = compose.compose_sql(plan.STORE, files)
    try:
        found = evaluator.columns(sql, schema.column_types(), plan.PARAMETERS)
    except evaluator.Error as error:
        return "analyzer", [str(error)]
    target = schema.column_types()[schema.STORE]
    return "types", [
        f"{name} is {kind}, {schema.STORE} wants {target.get(name, 'no such column')}"
        for name, kind in found
        if plain(kind) != plain(target.get(name, ""))
    ]


def plain(kind):
    return re.sub(r"\(\d+(, ?\d+)?\)", "", kind).replace(", ", ",")


def planned(files):
    """The plan of these files, as :func:`featurestore.plan.steps` makes it of the shipped ones."""
    known = dict(schema.column_types())
    steps = []
    for file in compose.dependency_order([plan.BOOTSTRAP_GAP, plan.STORE], files):
        read = tuple((name, tuple(known[name].items())) for name in file.header.inputs)
        made = translated(file.text, file.path, read, rules.RULES)
        known[file.name] = made.columns
        steps.append(plan.Step(file.name, made.sql, made.parameters, made.columns))
    return tuple(steps)


@cache
def translated(text, path, read, _rules):
    columns = {name: dict(types) for name, types in read}
    return dialect.translate(text, columns=columns, parameters=plan.PARAMETERS, origin=path)


def computed(files):
    """The store's rows of the hard cases, by key; types are checked as a compute does."""
    steps = planned(files)
    with pytest.MonkeyPatch.context() as patch, closing(duck.connect(None)) as con:
        patch.setattr(plan, "steps", lambda: steps)
        made = hard.hard_cases()
        for name, rows in (
            (schema.SUMMARY, made.player_game_summary),
            (schema.INJURIES, made.injury_report),
        ):
            table = schema.tables()[name]
            con.execute(f"CREATE SCHEMA {table.dataset}")
            con.execute(create_table_sql(table))
            con.register("incoming", rows)
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
        compute.run_steps(con, PARAMETERS)
        compute.check_types(con, PARAMETERS)
        sql, values = compute.store_rows_sql(PARAMETERS)
        found = con.sql(sql, params=values).to_arrow_table().to_pylist()
    return {(row["player_lookup"], row["game_date"]): row for row in found}


@cache
def shipped_rows():
    return computed(FILES)


def by_computing(files):
    """The check that finds the rows wrong, and what it says: a type, or values that differ."""
    try:
        rows = computed(files)
    except Failure as failure:
        return "types", [failure.message]
    except duckdb.Error as error:
        return "rows", [str(error).splitlines()[0]]
    wanted = shipped_rows()
    if rows.keys() != wanted.keys():
        return "rows", [f"{len(rows.keys() ^ wanted.keys())} rows are not the same"]
    wrong = {
        name
        for key, row in rows.items()
        for name, value in row.items()
        if not same(value, wanted[key][name])
    }
    return "rows", [f"{name}: differs" for name in sorted(wrong)]


def same(mine, theirs):
    if isinstance(mine, float) and isinstance(theirs, float):
        return math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(mine, list) and isinstance(theirs, list):
        return len(mine) == len(theirs) and all(map(same, mine, theirs))
    return mine == theirs


def first_kill(evaluator, mutant):
    """The first check that finds something, and what it says."""
    files = changed(mutant)
    if mutant.file:
        file = files[mutant.file]
        for name, check in LINTS.items():
            if found := by_lint(check, file, files):
                return name, found
        name, found = by_analyzer(evaluator, files)
        if found:
            return name, found
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "RULES", rules_without(mutant))
        return by_computing(files)


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=list(MUTANTS))
def test_a_mutant_is_killed_by_the_check_that_is_meant_for_it(evaluator, mutant):
    check, found = first_kill(evaluator, mutant)
    assert check == mutant.killed_by, found
    assert any(mutant.says in message for message in found), found


def test_the_shipped_sql_passes_every_check(evaluator):
    for file in FILES.values():
        for check in LINTS.values():
            assert by_lint(check, file, FILES) == []
    assert by_analyzer(evaluator, FILES) == ("types", [])
    assert by_computing(FILES) == ("rows", [])


def test_there_are_enough_mutants_for_every_check():
    kills = Counter(mutant.killed_by for mutant in MUTANTS.values())
    assert sum(kills.values()) >= 20
    assert set(kills) == {*LINTS, "analyzer", "types", "rows"}
    assert min(kills.values()) >= 2
