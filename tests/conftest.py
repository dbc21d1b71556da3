"""Computes features of a few rows, by the product's own statements on a real DuckDB."""

from __future__ import annotations

import itertools
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from featurestore.compute import local
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import tables
from sync.duck import connections
from sync.duck.types import create_table_sql
from sync.model import DateRange

SUMMARY = tables.tables()[tables.SUMMARY]
INJURIES = tables.tables()[tables.INJURIES]
REQUIRED = {"starter_flag": False, "win_flag": False, "is_active": True}


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


def game(
    day: date,
    points: int | None = 10,
    *,
    player: str = "ann",
    team: str = "AAA",
    opponent: str = "BBB",
    home: bool = True,
    season: int = 2024,
    minutes: float | None = 30,
    **columns: Any,
) -> dict[str, Any]:
    """One summary row with what matters, the rest plausible."""
    away, host = (opponent, team) if home else (team, opponent)
    return {
        "player_lookup": player,
        "game_id": f"{day:%Y%m%d}_{away}_{host}",
        "game_date": day,
        "team_abbr": team,
        "opponent_team_abbr": opponent,
        "season_year": season,
        "points": points,
        "minutes_played": minutes,
        "processed_at": datetime(2025, 1, 1, tzinfo=UTC),
        **REQUIRED,
        **columns,
    }


@pytest.fixture(scope="session")
def make_game():
    return game


@pytest.fixture(scope="session")
def features_of(compute_rows):
    """``features_of(rows, day, injuries=()) -> dict``: feature name to value, of player ann."""
    names = None

    def values(rows, day, injuries=(), player="ann"):
        nonlocal names
        (row,) = [r for r in compute_rows(rows, injuries, day, day) if r["player_lookup"] == player]
        names = row["feature_names"]
        return {name: row[f"feature_{n}_value"] for n, name in enumerate(names)} | {"row": row}

    return values
