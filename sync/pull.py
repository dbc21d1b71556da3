"""Pulls bounded partitions from a warehouse into the replica, whole partitions at a time."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync import ledger
from sync.digest import partition_digests_sql
from sync.errors import Refused, WarehouseFailed
from sync.names import quote, quote_list, quote_table
from sync.plan import PullPlan, plan_pull, windows
from sync.replica import replica_table
from sync.types import duckdb_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import duckdb

    from sync.model import DateRange, Partition, Table
    from sync.replica import Replica
    from sync.warehouse import Snapshot, Warehouse

# One transaction moves at most about this many rows, so that a killed pull keeps what it has.
WINDOW_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull moved, or would move.

    Attributes:
        table: Full table name.
        dates: The range, both ends included.
        fetched: Dates whose rows were moved.
        emptied: Dates recorded as empty.
        unchanged: Number of dates that needed nothing.
        rows: Rows moved.
        bytes: Arrow bytes moved; an estimate for a dry run.
        seconds: Elapsed time.
    """

    table: str
    dates: DateRange
    fetched: tuple[date, ...]
    emptied: tuple[date, ...]
    unchanged: int
    rows: int
    bytes: int
    seconds: float


def pull(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    dates: DateRange,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> PullReport:
    """Make the replica's partitions of ``dates`` equal to the warehouse's.

    The etag answers first; if it moved, row counts and tokens; only partitions that differ are
    read. Each window of partitions is swapped with its ledger rows in one transaction: after a
    kill, every partition is whole, old or new. May be repeated: an unchanged range moves nothing.

    Args:
        replica: Where rows go.
        warehouse: Where rows come from.
        table: A declared table.
        dates: Both ends included.
        dry_run: Only plan; nothing is changed.
        progress: Called with rows done and rows in all.

    Raises:
        Refused: a live column cannot be cast without loss, or a FLOAT64 is NaN or infinite.
        WarehouseFailed: the stream died or its rows do not match the count; the window's old
            partitions stand.
    """
    began = time.perf_counter()
    with replica.read() as con:
        known = ledger.known_etag(con, table, warehouse.url, dates)
        held = ledger.held(con, table, dates)
    with warehouse.snapshot() as snapshot:
        etag = snapshot.etag(table)
        if etag == known:
            return _report(table, dates, PullPlan((), (), dates.days), 0, began)
        plan = plan_pull(held, snapshot.partitions(table, dates), dates)
        columns = _shared_columns(snapshot, table)
        if dry_run:
            width = sum(_TYPICAL_BYTES.get(table_type(table, name), 12) for name in columns)
            return _report(table, dates, plan, plan.rows * width, began)
        moved, done = 0, 0
        for window in windows(plan.fetch, WINDOW_ROWS):
            moved += _pull_window(replica, snapshot, table, columns, window)
            done += sum(partition.rows for partition in window)
            if progress:
                progress(done, plan.rows)
    _finish(replica, warehouse.url, table, dates, etag, plan)
    return _report(table, dates, plan, moved, began)


_TYPICAL_BYTES = {"BOOL": 1, "DATE": 4, "STRING": 16}


def table_type(table: Table, column: str) -> str:
    """The declared GoogleSQL type of a column."""
    return next(found.type for found in table.columns if found.name == column)


def _report(
    table: Table, dates: DateRange, plan: PullPlan, size_bytes: int, began: float
) -> PullReport:
    return PullReport(
        table=table.full_name,
        dates=dates,
        fetched=tuple(partition.day for partition in plan.fetch),
        emptied=plan.empty,
        unchanged=plan.unchanged,
        rows=plan.rows,
        bytes=size_bytes,
        seconds=time.perf_counter() - began,
    )


def _shared_columns(snapshot: Snapshot, table: Table) -> tuple[str, ...]:
    """The declared columns that the live table has; a missing nullable one stays NULL.

    Raises:
        Refused: the live table lacks a required column.
    """
    live = {column.name for column in snapshot.columns(table) or ()}
    missing = [
        column.name for column in table.columns if column.required and column.name not in live
    ]
    if missing:
        raise Refused(
            f"{table.full_name}: the warehouse's table lacks the required column"
            f" {', '.join(missing)}",
            hint="featurestore doctor",
            columns=missing,
        )
    return tuple(name for name in table.column_names if name in live)


def _pull_window(
    replica: Replica,
    snapshot: Snapshot,
    table: Table,
    columns: tuple[str, ...],
    window: tuple[Partition, ...],
) -> int:
    """Stream, check and swap some partitions; gives the Arrow bytes moved."""
    days = [partition.day for partition in window]
    with replica.write() as con:
        with snapshot.read(table, columns, days) as reader:
            counter = _Counted(reader)
            con.register("incoming", counter.reader())
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE staged AS"
                f" SELECT {_casts(table, columns)} FROM incoming"
            )
            con.unregister("incoming")
        _check_counts(con, table, window)
        _refuse_not_finite(con, table)
        con.execute("BEGIN")
        swap_partitions(con, table, window)
        con.execute("COMMIT")
    return counter.bytes


class _Counted:
    """A reader that adds up the bytes of the batches passing through."""

    def __init__(self, reader: object) -> None:
        self._reader = reader
        self.bytes = 0

    def reader(self) -> object:
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self._reader.schema, self._batches())  # type: ignore[attr-defined]

    def _batches(self):  # type: ignore[no-untyped-def]
        for batch in self._reader:  # type: ignore[attr-defined]
            self.bytes += batch.nbytes
            yield batch


def _casts(table: Table, columns: tuple[str, ...]) -> str:
    return ", ".join(
        f"{quote(column.name)}::{duckdb_type(column.type)} AS {quote(column.name)}"
        if column.name in columns
        else f"NULL::{duckdb_type(column.type)} AS {quote(column.name)}"
        for column in table.columns
    )


def _check_counts(
    con: duckdb.DuckDBPyConnection, table: Table, window: tuple[Partition, ...]
) -> None:
    day = quote(table.partition_column)
    got = dict(con.execute(f"SELECT {day}, count(*) FROM staged GROUP BY {day}").fetchall())
    wanted = {partition.day: partition.rows for partition in window}
    if got != wanted:
        wrong = sorted(set(got.items()) ^ set(wanted.items()), key=str)[0][0]
        raise WarehouseFailed(
            f"{table.full_name} {wrong}: {got.get(wrong, 0)} rows arrived,"
            f" {wanted.get(wrong, 0)} were announced",
            hint="run the same command again",
            table=table.full_name,
            date=str(wrong),
        )


def _refuse_not_finite(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """NaN sorts and compares differently in the two engines: none may come in."""
    floats = [column.name for column in table.columns if column.type == "FLOAT64"]
    for name in floats:
        bad = con.execute(
            f"SELECT {quote(name)}::VARCHAR, {quote_list((table.partition_column, *table.key))}"
            f" FROM staged WHERE NOT isfinite({quote(name)}) LIMIT 1"
        ).fetchone()
        if bad:
            key = ", ".join(
                f"{n} {v}"
                for n, v in zip((table.partition_column, *table.key), bad[1:], strict=True)
            )
            raise Refused(
                f"{table.full_name}.{name}: {bad[0]} is not finite, at {key}",
                hint="mend the row in the warehouse",
                column=name,
                value=bad[0],
            )


def swap_partitions(
    con: duckdb.DuckDBPyConnection, table: Table, window: tuple[Partition, ...]
) -> None:
    """Replace the window's dates by the rows of ``staged``, with their ledger rows.

    Runs in the caller's transaction.
    """
    target, day = quote_table(replica_table(table)), quote(table.partition_column)
    days = [partition.day for partition in window]
    con.execute(
        f"DELETE FROM {target} WHERE {day} BETWEEN ? AND ? AND {day} IN (SELECT unnest(?::DATE[]))",
        [min(days), max(days), days],
    )
    con.execute(f"INSERT INTO {target} BY NAME SELECT * FROM staged")
    digests = partition_digests_sql("staged", table.partition_column, table.column_names)
    ledger.remember_partitions(
        con, table, list(window), digests, datetime.now(UTC), f"pull_{uuid.uuid4().hex}"
    )


def _finish(
    replica: Replica, url: str, table: Table, dates: DateRange, etag: str, plan: PullPlan
) -> None:
    """Record empty dates, and that the whole range stands under this etag."""
    target, day = quote_table(replica_table(table)), quote(table.partition_column)
    now = datetime.now(UTC)
    with replica.write() as con:
        con.execute("BEGIN")
        if plan.empty:
            days = list(plan.empty)
            con.execute(
                f"DELETE FROM {target}"
                f" WHERE {day} BETWEEN ? AND ? AND {day} IN (SELECT unnest(?::DATE[]))",
                [days[0], days[-1], days],
            )
            ledger.remember_empty(con, table, days, now, f"pull_{uuid.uuid4().hex}")
        ledger.remember_etag(con, table, url, etag, dates, now)
        con.execute("COMMIT")
