"""How DuckDB runs each statement of a compute: what it scans and sorts is agreed on beforehand."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from featurestore import league
from featurestore.compute import local, plan
from featurestore.definitions import tables
from sync.duck import connections
from sync.duck.types import create_table_sql

ACCEPTED = Path(__file__).with_name("plans.json")
ACCEPT = "ACCEPT_PLANS=1 .venv/bin/pytest tests/performance/test_plans.py"
BIG = tables.SUMMARY
# Operators that cost about as much as a sort of their input, by what they are called here.
COSTLY = {
    "WINDOW": "window",
    "ORDER_BY": "sort",
    "TOP_N": "sort",
    "NESTED_LOOP_JOIN": "loop join",
    "BLOCKWISE_NL_JOIN": "loop join",
    "CROSS_PRODUCT": "cross join",
    "PIECEWISE_MERGE_JOIN": "range join",
    "IE_JOIN": "range join",
    "ASOF_JOIN": "range join",
}


@pytest.fixture(scope="module")
def con():
    """A small league, with every relation made by the product's own statements."""
    small = league.generate(teams=4, games_per_team=20, seasons=(2023, 2024), seed=9)
    rows_by_table = {
        tables.SUMMARY: small.player_game_summary,
        tables.INJURIES: small.injury_report,
    }
    with closing(connections.connect(None, threads=2)) as con:
        for name, rows in rows_by_table.items():
            table = tables.tables()[name]
            con.execute(f"CREATE SCHEMA {table.dataset}")
            con.execute(create_table_sql(table))
            con.register("incoming", rows)
            con.execute(f"INSERT INTO {name} BY NAME FROM incoming")
        local.run_steps(con, parameters())
        kept = plan.step(plan.STORED_ROW)
        connections.run(con, kept.create_sql, kept.chosen(parameters()))
        yield con


def parameters():
    # Every choice is made for the larger plan.
    chosen = dict.fromkeys((n for n, kind in plan.PARAMETERS.items() if kind == "BOOL"), True)
    return chosen | {
        "start_date": date(2024, 10, 1),
        "end_date": date(2025, 6, 30),
        "bootstrap_days": 14,
        "computed_at": datetime(2026, 1, 1, tzinfo=UTC),
    }


def operators(con, sql, values):
    """Every operator of the plan: its name, and the table that it scans, if any."""
    ((_, text),) = con.execute(f"EXPLAIN (FORMAT json) {sql}", values).fetchall()
    waiting = json.loads(text)
    while waiting:
        node = waiting.pop()
        waiting += node.get("children", [])
        yield node["name"], node.get("extra_info", {}).get("Table")


def shape(con, sql, values=None):
    """What a statement scans and sorts, as a line of text."""
    counts = Counter()
    for name, table in operators(con, sql, values or {}):
        if table:
            scanned = table.replace('"', "").removeprefix("temp.main.").removeprefix("memory.")
            counts[f"scan of {scanned}"] += 1
        elif name in COSTLY:
            counts[COSTLY[name]] += 1
    return ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))


@pytest.fixture(scope="module")
def shapes(con):
    known = parameters()
    return {
        step.name: shape(con, step.sql, {name: known[name] for name in step.parameters})
        for step in plan.steps()
    }


def test_each_statement_has_the_pinned_scans_and_sorts(shapes) -> None:
    if os.environ.get("ACCEPT_PLANS"):
        ACCEPTED.write_text(json.dumps(shapes, indent=2) + "\n")
    accepted = json.loads(ACCEPTED.read_text())
    changed = [
        f"sql/features/{name}.sql: {shapes.get(name, 'gone')}\n"
        f"  agreed on: {accepted.get(name, 'nothing, the statement is new')}"
        for name in sorted({*shapes, *accepted})
        if shapes.get(name) != accepted.get(name)
    ]
    assert not changed, "\n".join(
        [
            "DuckDB runs these statements in another way than before:",
            *changed,
            f"If that is on purpose, and `make bench` agrees: {ACCEPT}",
        ]
    )


def test_the_big_table_is_scanned_once_in_a_compute(con) -> None:
    known = parameters()
    scans = [
        step.name
        for step in plan.steps()
        for _, table in operators(con, step.sql, {name: known[name] for name in step.parameters})
        if table and table.endswith(BIG)
    ]
    assert scans == ["summary"]


def test_a_second_scan_a_sort_and_a_window_of_another_order_are_each_seen(con) -> None:
    once = f"SELECT player_lookup, points FROM {BIG}"
    window = "sum(points) OVER (PARTITION BY player_lookup ORDER BY game_date)"
    other = "sum(points) OVER (PARTITION BY team_abbr ORDER BY game_date)"
    assert shape(con, once) == f"1 scan of {BIG}"
    assert shape(con, f"{once} UNION ALL {once}") == f"2 scan of {BIG}"
    assert shape(con, f"{once} ORDER BY points") == f"1 scan of {BIG}, 1 sort"
    assert shape(con, f"SELECT {window} FROM {BIG}") == f"1 scan of {BIG}, 1 window"
    assert shape(con, f"SELECT {window}, {other} FROM {BIG}") == f"1 scan of {BIG}, 2 window"
