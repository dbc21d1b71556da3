"""Damages the demonstration's warehouse as a team's store was, for an operator to repair.

One transaction: after a kill the warehouse is whole or damaged, never in between. What was done is
recorded in it, so that nothing is damaged twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featurestore import config
from featurestore.definitions import tables
from featurestore.demo.damage_steps import STEPS
from featurestore.demo.play import WAREHOUSE
from sync.duck.quoting import quote_list, quote_table
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput, Refused
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    import duckdb

    from featurestore.demo.damage_steps import Step


@dataclass(frozen=True, slots=True)
class Damaged:
    """What one step did: how many rows on how many dates, the first and the last of them."""

    reason: str
    found_by: str
    rows: int
    dates: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class DamageReport:
    """What is damaged.

    Attributes:
        warehouse: The file.
        damaged_at: When.
        is_new: False: it was damaged before, and is left as it is.
        damage: By kind, in the order in which it was done.
    """

    warehouse: str
    damaged_at: datetime
    is_new: bool
    damage: tuple[Damaged, ...]


def damage(
    folder: Path, *, now: datetime, progress: Callable[[int, int], None] | None = None
) -> DamageReport:
    """Damage the warehouse of a demonstration, once.

    Args:
        folder: Of a demonstration that is whole.
        now: When.
        progress: Called with the steps done and their number.

    Raises:
        Refused: the folder's settings, or the environment, name another warehouse; or it holds
            rows that the demonstration did not make.
        BadInput: the store has fewer rows than are to be damaged.
    """
    _require_own_settings(folder)
    path = folder / WAREHOUSE
    with EmbeddedWarehouse(path).writer() as con:
        con.execute(_CREATE_RECORD)
        before = _recorded(con)
        if not before:
            _require_own_rows(con, folder)
            for number, step in enumerate(STEPS):
                con.execute(_RECORD, [number, now, *_do(con, step)])
                if progress:
                    progress(number + 1, len(STEPS))
        found = before or _recorded(con)
    return DamageReport(
        str(path), found[0][0], not before, tuple(Damaged(*row[1:]) for row in found)
    )


def _require_own_settings(folder: Path) -> None:
    """Refuse where the folder's settings lead to another warehouse: nobody would see the damage."""
    named = config.load(folder / config.FILE_NAME).warehouse
    if "://" in named or Path(named).resolve() != (folder / WAREHOUSE).resolve():
        raise Refused(
            f"{folder / config.FILE_NAME}: the warehouse is {named}, and only the demonstration's"
            f" own, {folder / WAREHOUSE}, may be damaged; nothing was changed",
            hint="unset FEATURESTORE_WAREHOUSE, or make the demonstration again: featurestore demo"
            f" --folder {folder}",
            warehouse=named,
        )


def _require_own_rows(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Refuse a warehouse that has other rows beside the demonstration's."""
    made = [str(folder / f"{name}.parquet") for name in ("player_game_summary", "corrections")]
    key = quote_list(tables.tables()[tables.SUMMARY].key)
    (others,) = con.execute(
        sql(
            "SELECT count(*) FROM {} ANTI JOIN read_parquet($made) USING ({})",
            quote_table(tables.SUMMARY),
            key,
        ),
        {"made": made},
    ).fetchall()[0]
    if others:
        raise Refused(
            f"{folder / WAREHOUSE}: {others:,} rows of {tables.SUMMARY} are not the"
            " demonstration's; nothing was changed",
            hint="featurestore demo --folder FOLDER --damage, with a folder that is new",
            rows=others,
        )


def _do(con: duckdb.DuckDBPyConnection, step: Step) -> tuple[object, ...]:
    """Damage the rows of a step; what `Damaged` has of it."""
    values = {"rows": step.rows} if step.rows else {}
    con.execute(sql("CREATE OR REPLACE TEMP TABLE chosen AS {}", step.choose), values)
    rows, *counted = con.execute(_COUNT).fetchall()[0]
    if rows < (step.rows or 0):
        raise BadInput(
            f"the demonstration's store: has {rows:,} rows to damage, and {step.rows:,} are wanted;"
            " nothing was changed",
            hint="make the demonstration again: featurestore demo",
            rows=rows,
        )
    con.execute(step.change)
    return (step.reason, step.found_by, rows, *counted)


def _recorded(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute(_READ_RECORD).fetchall()


_COUNT = "SELECT count(*), count(DISTINCT game_date), min(game_date), max(game_date) FROM chosen"
_CREATE_RECORD = """CREATE TABLE IF NOT EXISTS _featurestore.demo_damage (
    number BIGINT NOT NULL, damaged_at TIMESTAMPTZ NOT NULL, reason VARCHAR NOT NULL,
    found_by VARCHAR NOT NULL, rows BIGINT NOT NULL, dates BIGINT NOT NULL,
    first DATE, last DATE)"""
_RECORD = "INSERT INTO _featurestore.demo_damage VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_READ_RECORD = """SELECT damaged_at, reason, found_by, rows, dates, first, last
    FROM _featurestore.demo_damage ORDER BY number"""
