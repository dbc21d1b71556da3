"""Computes features of a few rows, by the product's own statements on a real DuckDB."""

from __future__ import annotations

import itertools
from contextlib import closing
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from feature_cases import game

from featurestore.compute import local
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import tables
from sync.duck import connections
from sync.duck.types import create_table_sql
from sync.model import DateRange

SUMMARY = tables.tables()[tables.SUMMARY]
INJURIES = tables.tables()[tables.INJURIES]


def pytest_addoption(parser):
    parser.addoption(
        "--live",
        metavar="PROJECT.DATASET",
        help="run tests/live over real BigQuery, in this dataset: it must not exist, is made and"
        " dropped; a few megabytes are billed",
    )
    parser.addoption(
        "--season",
        action="store_true",
        help="run the main job over the emulator with a real season, which takes minutes",
    )


def insert(con, table, rows):
    """Rows (a pyarrow table, or dicts) into a table, columns by name, the others NULL."""
    if isinstance(rows, pa.Table):
        con.register("incoming", rows)
        con.execute(f"INSERT INTO {table.full_name} BY NAME SELECT * FROM incoming")
        con.unregister("incoming")
        return
    # One statement for all rows that name the same columns: binding takes longer than a row.
    for names, alike in itertools.groupby(sorted(rows, key=tuple), key=tuple):
        values = [tuple(row.values()) for row in alike]
        holes = ", ".join([f"({', '.join('?' * len(names))})"] * len(values))
        con.execute(
            f"INSERT INTO {table.full_name} ({', '.join(names)}) VALUES {holes}",
            list(itertools.chain(*values)),
        )


def compute_store(
    pgs, injuries, start, end, include_bootstrap=True, threads=2, include_injured=False
):
    with closing(connections.connect(None, threads=threads)) as con:
        for table in (SUMMARY, INJURIES):
            con.execute(f"CREATE SCHEMA {table.dataset}")
            con.execute(create_table_sql(table))
        insert(con, SUMMARY, pgs)
        insert(con, INJURIES, injuries)
        parameters = ComputeRequest(
            DateRange(start, end),
            datetime(2026, 1, 1, tzinfo=UTC),
            include_bootstrap=include_bootstrap,
            include_injured=include_injured,
        ).parameters()
        local.run_steps(con, parameters)
        local.check_types(con, parameters)
        sql, values = local.store_rows_sql(parameters)
        rows = con.sql(sql, params=values)
        return rows.order("player_lookup, game_date").to_arrow_table()


@pytest.fixture(scope="session")
def compute_rows():
    """``compute_rows(pgs, injuries, start, end, include_bootstrap=True, ...) -> list[dict]``."""

    def rows(pgs, injuries, start, end, include_bootstrap=True, include_injured=False):
        return compute_store(
            pgs, injuries, start, end, include_bootstrap, include_injured=include_injured
        ).to_pylist()

    return rows


@pytest.fixture(scope="session")
def compute_table():
    """The same as a pyarrow table, with the number of threads."""
    return compute_store


@pytest.fixture(scope="session")
def make_game():
    return game
