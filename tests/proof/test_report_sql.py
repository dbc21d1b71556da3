"""The reports are GoogleSQL: the analyzer accepts them, the evaluator returns the same rows."""

from __future__ import annotations

import json
import math
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlglot
from sqlglot import exp

from featurestore import dialect
from featurestore.bounds import check_bounds
from featurestore.definitions import compose, sql_files
from featurestore.definitions import tables as declared
from featurestore.definitions.sql_files import Header, SqlFile
from featurestore.reports import timings
from sync.duck import connections
from sync.duck.types import create_table_sql, duckdb_type

REPORTS = compose.by_name(sql_files.load("reports"))
# Made in DuckDB's SQL from the runs: for GoogleSQL it is a table.
RUN_PART = SqlFile(
    "run_part",
    "reports",
    "run_part",
    f"SELECT {', '.join(timings.RUN_PART)} FROM d.run_part",
    Header("", {"inputs": "d.run_part"}),
)
FILES = {**compose.by_name(sql_files.load("features")), **REPORTS, "run_part": RUN_PART}
TABLES = {**declared.column_types(), "d.run_part": timings.RUN_PART}
DAY = date(2025, 1, 15)
NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)
TYPES = {
    "start_date": "DATE",
    "end_date": "DATE",
    "bootstrap_days": "INT64",
    "by": "STRING",
    "now": "TIMESTAMP",
    "stale_hours": "FLOAT64",
    "least_runs": "INT64",
}
VALUES = {
    "start_date": date(2024, 10, 22),
    "end_date": date(2025, 1, 31),
    "bootstrap_days": 14,
    "by": "month",
    "now": NOON + timedelta(days=9),
    "stale_hours": 6.0,
    "least_runs": 2,
}


def used(sql, given):
    return {name: value for name, value in given.items() if f"@{name}" in sql}


def summary(player, day, number=0):
    return {
        "player_lookup": player,
        "game_id": f"{day:%Y%m%d}_AAA_BBB" if not number else f"00{number}",
        "game_date": day,
        "team_abbr": "AAA",
        "opponent_team_abbr": "BBB",
        "season_year": 2024,
        "points": 10,
        "processed_at": NOON,
    }


def store(player, day, source="calculated", decision=None):
    return {
        "player_lookup": player,
        "game_date": day,
        "feature_0_source": source,
        "processing_decision_reason": decision,
    }


def gap(player, day, reason, found_at=NOON, resolved_at=None):
    return {
        "player_lookup": player,
        "game_date": day,
        "reason": reason,
        "reason_detail": f"{reason} of {player}",
        "detected_at": found_at,
        "resolved_at": resolved_at,
    }


def coverage_rows():
    early, later = date(2024, 10, 25), date(2024, 12, 25)
    yesterday = NOON - timedelta(days=1)
    return {
        declared.SUMMARY: [
            *(summary(player, DAY) for player in ("ann", "bob", "cem", "dan")),
            summary("ann", DAY, number=7),
            *(summary(player, later) for player in ("ann", "bob")),
            *(summary(player, early) for player in ("ann", "bob")),
        ],
        declared.STORE: [
            store("ann", DAY),
            store("ann", DAY, source=None),
            store("bob", DAY, source=None),
            store("zoe", DAY),
            store("hurt", DAY, decision="INJURED: out"),
            store("ann", early),
        ],
        declared.GAPS: [
            gap("cem", DAY, "unknown", found_at=yesterday),
            gap("cem", DAY, "missing_phase4"),
            gap("dan", DAY, "missing_phase4", resolved_at=NOON),
            gap("lame", DAY, "no_game_summary"),
            gap("ann", later, "upstream_incomplete"),
            gap("bob", later, "b_reason"),
            gap("bob", later, "a_reason"),
        ],
    }


def run_row(run_id, status, processed_at, processor="P", **more):
    return {
        "processor_name": processor,
        "run_id": run_id,
        "status": status,
        "data_date": DAY,
        "started_at": processed_at,
        "processed_at": processed_at,
        "timing_breakdown": json.dumps({"save_time": 1}),
        **more,
    }


def run_rows():
    rows, parts = [], []
    for number, (seconds, count) in enumerate([(1, 1000), (2, 2000), (3.5, 1500), (9, 1200)]):
        at = NOON + timedelta(hours=number)
        run = f"run{number}"
        rows.append(run_row(run, "running", at))
        ended = {"duration_seconds": float(seconds), "records_processed": count, "phase": "p4"}
        rows.append(run_row(run, "Success", at + timedelta(seconds=seconds), **ended))
        if number:
            for kind, name in (("stage", "save"), ("stage", "load"), ("query", "q")):
                share = seconds / (2 if name == "save" else 4)
                parts.append(
                    dict(zip(timings.RUN_PART, ("P", run, kind, name, share), strict=True))
                )
    rows.append(run_row("dead", "running", NOON))
    rows.append(run_row("alive", "running", VALUES["now"] - timedelta(hours=1), processor="Q"))
    rows.append(run_row("late", "running", NOON, processor="Q", data_date=date(2025, 1, 31)))
    next_day = date(2025, 2, 1)
    rows.append(run_row("late", "failed", NOON, processor="Q", data_date=next_day))
    return {declared.RUNS: rows, "d.run_part": parts}


def arrow_tables(rows_by_table):
    """The rows with the columns that they name, in DuckDB's types for the declared ones."""
    tables = {}
    with closing(connections.connect(None)) as con:
        for name, rows in rows_by_table.items():
            dataset, bare = name.split(".")
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {dataset}")
            columns = list(rows[0]) + sorted({key for row in rows for key in row} - set(rows[0]))
            kinds = ", ".join(f"{c} {duckdb_type(TABLES[name][c])}" for c in columns)
            con.execute(f"CREATE TABLE {dataset}.{bare} ({kinds})")
            for row in rows:
                values = [row.get(column) for column in columns]
                holes = ", ".join("?" * len(columns))
                con.execute(f"INSERT INTO {name} VALUES ({holes})", values)
            tables[name] = con.sql(f"FROM {name}").to_arrow_table()
    return tables


def with_all_columns(tables):
    """The tables with every declared column: a feature relation reads many."""
    made = {}
    with closing(connections.connect(None)) as con:
        for name, rows in tables.items():
            if name not in declared.tables():
                made[name] = rows
                continue
            table = declared.tables()[name]
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {table.dataset}")
            con.execute(create_table_sql(table).replace(" NOT NULL", ""))
            con.register("incoming", rows)
            con.execute(f"INSERT INTO {name} BY NAME FROM incoming")
            con.unregister("incoming")
            made[name] = con.sql(f"FROM {name}").to_arrow_table()
    return made


def duckdb_rows(sql, tables):
    translated = dialect.to_duckdb_sql(sql, columns=TABLES, parameters=TYPES, origin="report")
    with closing(connections.connect(None)) as con:
        for name, rows in tables.items():
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {name.split('.')[0]}")
            con.register("incoming", rows)
            con.execute(f"CREATE TABLE {name} AS FROM incoming")
            con.unregister("incoming")
        return con.sql(translated, params=used(sql, VALUES)).to_arrow_table().to_pylist()


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return a == b


CASES = {
    "coverage_row": coverage_rows,
    "coverage_period": coverage_rows,
    "coverage_reason": coverage_rows,
    "run": run_rows,
    "run_total": run_rows,
    "run_seconds": run_rows,
    "run_change": run_rows,
}


@pytest.mark.parametrize("name", CASES)
def test_a_header_names_what_the_report_reads(name):
    tree = sqlglot.parse_one(REPORTS[name].text, read="bigquery")
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = (table for table in tree.find_all(exp.Table) if table.name not in ctes or table.db)
    read = {f"{table.db}.{table.name}" if table.db else table.name for table in tables}
    assert set(REPORTS[name].header.inputs) == read


@pytest.mark.parametrize("name", CASES)
def test_every_scan_of_a_report_has_constant_bounds_on_both_sides(name):
    sql = compose.compose_sql(name, FILES)
    assert check_bounds(sql, declared.partitioned(), upper=True) == []


@pytest.mark.parametrize("name", CASES)
def test_every_report_passes_the_analyzer(evaluator, name):
    sql = compose.compose_sql(name, FILES)
    assert evaluator.columns(sql, TABLES, used(sql, TYPES))


@pytest.mark.parametrize("name", CASES)
def test_the_evaluator_and_duckdb_return_the_same_rows(evaluator, name):
    sql = compose.compose_sql(name, FILES)
    reads = {table for table in TABLES if table in sql}
    tables = {k: v for k, v in arrow_tables(CASES[name]()).items() if k in reads}
    tables = with_all_columns(tables)
    typed = {declared.RUNS: {"timing_breakdown": "JSON"}}
    theirs = evaluator.rows(sql, used(sql, VALUES), tables, typed)
    ours = duckdb_rows(sql, tables)
    assert len(ours) == len(theirs) > 0
    ours, theirs = (sorted(rows, key=repr) for rows in (ours, theirs))
    for mine, judged in zip(ours, theirs, strict=True):
        judged.pop("timing_breakdown", None)
        assert {k: (mine[k], v) for k, v in judged.items() if not same(mine[k], v)} == {}
