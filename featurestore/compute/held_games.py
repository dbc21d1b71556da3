"""Refuses ranges without any games: comparing two empty stores would report no differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions import sql_files, tables
from sync.errors import BadInput
from sync.replica import ledger

if TYPE_CHECKING:
    from sync.model import DateRange
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse


def require_in_replica(replica: Replica, dates: DateRange) -> None:
    """Refuse a range if the replica has no game summary row in it or in its lookback.

    A day without games, or a summer, is accepted: its lookback has games.

    Raises:
        BadInput: there are no rows: never pulled, or pulled from an empty warehouse.
    """
    if not _held_rows(replica, dates):
        raise BadInput(
            f"replica {replica.path}: {_nothing(dates)}",
            hint=f"featurestore pull --start-date {dates.start} --end-date {dates.end}",
            path=str(replica.path),
        )


def require_in_warehouse(replica: Replica, warehouse: Warehouse, dates: DateRange) -> None:
    """Refuse a range if neither replica nor warehouse has a game summary row in it or its lookback.

    Raises:
        BadInput: there are no rows: most likely another warehouse was meant.
    """
    if _held_rows(replica, dates):
        return
    summary = tables.tables()[tables.SUMMARY]
    with warehouse.snapshot() as snapshot:
        if snapshot.columns(summary) is None:
            # The pull reports the missing table.
            return
        theirs = snapshot.partitions(summary, dates.with_lookback(sql_files.lookback_days()))
    if not any(partition.rows for partition in theirs.values()):
        raise BadInput(
            f"warehouse {warehouse.url}: {_nothing(dates)}",
            hint="correct warehouse in featurestore.toml, or load the games: featurestore"
            f" warehouse load {tables.SUMMARY} FILE",
            warehouse=warehouse.url,
        )


def _held_rows(replica: Replica, dates: DateRange) -> int:
    with replica.read() as con:
        needed = dates.with_lookback(sql_files.lookback_days())
        return sum(
            p.rows for p in ledger.held(con, tables.tables()[tables.SUMMARY], needed).values()
        )


def _nothing(dates: DateRange) -> str:
    return (
        f"{tables.SUMMARY} has no rows from {dates.start} to {dates.end}, nor in the"
        f" {sql_files.lookback_days()} days before"
    )
