"""Google's own analyzer and evaluator on the shipped SQL: it is GoogleSQL, and the same rows."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from featurestore import league
from featurestore.compute import plan
from featurestore.definitions import compose, sql_files, tables
from featurestore.league import edge_cases

PARAMETERS = {
    "start_date": "DATE",
    "end_date": "DATE",
    "include_bootstrap": "BOOL",
    "bootstrap_days": "INT64",
    "include_injured": "BOOL",
    "computed_at": "TIMESTAMP",
}
FILES = compose.by_name(sql_files.load("features"))


def used(sql):
    return {name: kind for name, kind in PARAMETERS.items() if f"@{name}" in sql}


@cache
def analyzed(evaluator, name):
    """Columns and types of a relation, as the analyzer sees its file over those of its inputs."""
    file = FILES[name]
    inputs = {one: dict(analyzed(evaluator, one)) for one in file.header.inputs if one in FILES}
    return evaluator.columns(file.text, tables.column_types() | inputs, used(file.text))


@pytest.mark.parametrize("table", tables.tables().values(), ids=lambda table: table.full_name)
def test_the_ddl_of_every_table_passes_the_analyzer(evaluator, table):
    assert evaluator.analyze_statement(table.ddl).startswith("create")


@pytest.mark.parametrize("name", FILES)
def test_every_relation_passes_the_analyzer(evaluator, name):
    assert analyzed(evaluator, name)


@pytest.mark.parametrize("name", [plan.STORE, plan.BOOTSTRAP_GAP, plan.LISTED_GAP])
def test_a_composed_statement_has_the_columns_of_its_last_relation(evaluator, name):
    sql = plan.features_sql(name)
    columns = evaluator.columns(sql, tables.column_types(), used(sql))
    assert columns == analyzed(evaluator, name)


def test_the_store_has_the_columns_and_types_of_its_target(evaluator):
    target = tables.column_types()[tables.STORE]
    for name, kind in analyzed(evaluator, plan.STORE):
        assert (name, plain(kind)) == (name, plain(target[name]))


def test_each_translated_relation_has_the_types_that_the_analyzer_sees(evaluator):
    for step in plan.steps():
        judged = dict(analyzed(evaluator, step.name))
        assert {name: plain(kind) for name, kind in judged.items()} == {
            # The caller determines the type of a bare parameter.
            name: plain(kind) if kind != "UNKNOWN" else judged[name]
            for name, kind in step.columns.items()
        }, step.name


def plain(kind):
    """A type's text without blanks and without the precision, which the analyzer drops."""
    return re.sub(r"\(\d+(, ?\d+)?\)", "", kind).replace(", ", ",")


@pytest.fixture(scope="module")
def slice_of_a_season():
    """Two teams' first weeks, with an earlier season's end: some hundred rows."""
    small = league.generate(teams=2, games_per_team=6, seasons=(2023, 2024), trades=1, seed=5)
    rows = small.player_game_summary
    return rows, small.injury_report


def test_the_evaluator_and_duckdb_return_the_same_store_rows(
    evaluator, slice_of_a_season, compute_table, both_engines
):
    summary, reports = slice_of_a_season
    days = sorted(set(summary["game_date"].to_pylist()))
    count = both_engines(evaluator, compute_table, summary, reports, days[-8], days[-1])
    assert count > 50


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2024, 10, 22), date(2024, 12, 10)),
        (date(2023, 11, 20), date(2024, 4, 22)),
        (date(2031, 1, 10), date(2031, 1, 13)),
    ],
    ids=["the season", "the season before", "no season of the calendar"],
)
def test_the_evaluator_and_duckdb_agree_on_the_hard_cases(
    evaluator, compute_table, both_engines, start, end
):
    made = edge_cases.hard_cases()
    assert both_engines(
        evaluator, compute_table, made.player_game_summary, made.injury_report, start, end
    )


def test_the_evaluator_and_duckdb_agree_on_listed_players(
    evaluator, slice_of_a_season, compute_table, both_engines
):
    summary, reports = slice_of_a_season
    days = sorted(set(summary["game_date"].to_pylist()))[-4:]
    is_absent = pc.field("game_date").isin(days) & pc.field("is_dnp")
    absent = summary.filter(is_absent).to_pylist()
    keys = ("game_date", "game_id", "player_lookup")
    listed = [
        {name: row[name] for name in keys}
        | {"report_date": row["game_date"], "report_hour": 9, "injury_status": "Out"}
        for row in absent
    ]
    # One who was never seen has the team that the report names.
    listed.append(listed[0] | {"player_lookup": "never", "team": absent[0]["team_abbr"]})
    every_report = pa.concat_tables([reports, pa.Table.from_pylist(listed, schema=reports.schema)])
    left = summary.filter(~is_absent)
    first, last = days[0], days[-1]
    count = compute_table(left, every_report, first, last).num_rows
    rows = both_engines(evaluator, compute_table, left, every_report, first, last, True)
    assert rows >= count + len(listed)
