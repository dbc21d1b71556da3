"""Compares the two engines: the store's rows of a range, from the same composed SQL."""

from __future__ import annotations

import math
from contextlib import closing
from datetime import UTC, datetime

from featurestore.compute import plan
from featurestore.definitions import tables as declared
from sync.duck import connections
from sync.duck.types import create_table_sql


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


def check_both_engines(
    evaluator, compute_table, summary, reports, start, end, include_injured=False
):
    """Check that the evaluator's rows of a range are DuckDB's; returns their number."""
    made = compute_table(summary, reports, start, end, include_injured=include_injured)
    ours = made.to_pylist()
    params = {
        "start_date": start,
        "end_date": end,
        "include_bootstrap": True,
        "bootstrap_days": 14,
        "include_injured": include_injured,
        "computed_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    tables = with_all_columns(summary, reports)
    theirs = evaluator.rows(plan.features_sql(), params, tables)
    theirs.sort(key=lambda row: (row["player_lookup"], row["game_date"]))
    assert len(theirs) == len(ours)
    for mine, judged in zip(ours, theirs, strict=True):
        wrong = {k: (mine[k], judged[k]) for k in judged if not same(mine[k], judged[k])}
        assert not wrong, (mine["player_lookup"], mine["game_date"])
    return len(ours)


def with_all_columns(summary, reports):
    """The two inputs with every declared column, the missing ones NULL."""
    tables = {}
    with closing(connections.connect(None)) as con:
        for name, rows in ((declared.SUMMARY, summary), (declared.INJURIES, reports)):
            table = declared.tables()[name]
            con.execute(f"CREATE SCHEMA {table.dataset}")
            con.execute(create_table_sql(table))
            con.register("incoming", rows)
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
            con.unregister("incoming")
            tables[name] = con.sql(f"FROM {name}").to_arrow_table()
    return tables
