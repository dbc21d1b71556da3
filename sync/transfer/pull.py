"""Pulls bounded partitions from a warehouse into the replica, whole partitions at a time."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from sync.duck.clauses import bind_days, on_days
from sync.duck.digest import partition_digests_sql
from sync.duck.quoting import quote, quote_table
from sync.errors import Refused
from sync.replica import ledger
from sync.replica.file import replica_table
from sync.sql_text import Sql, sql
from sync.transfer import ingest
from sync.transfer.pull_plan import PullPlan, plan_pull, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from sync.model import DateRange, Partition, Table
    from sync.replica.file import Replica
    from sync.warehouse import Snapshot, Warehouse

# One transaction moves at most about this many rows, so that a killed pull keeps what it has.
WINDOW_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class PullReport:
    """The result of a pull, or of its dry run.

    Attributes:
        table: Full table name.
        dates: The range, both ends included.
        fetched: Dates whose rows were moved.
        emptied: Dates recorded as empty.
        unchanged: Number of unchanged dates.
        rows: Rows moved.
        bytes: Arrow bytes moved; an estimate for a dry run.
        seconds: Elapsed time.
        job_id: Recorded in the ledger rows of what was moved.
    """

    table: str
    dates: DateRange
    fetched: tuple[date, ...]
    emptied: tuple[date, ...]
    unchanged: int
    rows: int
    bytes: int
    seconds: float
    job_id: str


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

    If the etag changed, row counts and tokens are compared, and only partitions that differ are
    read. Each window of partitions is swapped with its ledger rows in one transaction: after a
    kill, every partition is complete, old or new. May be repeated: without changes nothing moves.

    Args:
        replica: Where rows go.
        warehouse: Where rows come from.
        table: A declared table.
        dates: Both ends included.
        dry_run: Only plan; nothing is changed.
        progress: Called with the number of rows done, and of all rows.

    Raises:
        Refused: the table is mirrored, a live column cannot be cast without loss, or a FLOAT64 is
            NaN or infinite.
        WarehouseFailed: the stream broke off, or its rows do not match the count; the window's old
            partitions are kept.
    """
    if table.direction == "mirrored":
        raise Refused(
            f"{table.full_name}: cannot be pulled: a mirrored table has local rows, which would be"
            " lost",
            hint="featurestore mirror",
            table=table.full_name,
        )
    began, job_id = time.perf_counter(), f"pull_{uuid.uuid4().hex}"
    with warehouse.snapshot() as snapshot:
        etag = snapshot.etag(table)
        with replica.read() as con:
            if ledger.known_etag(con, table, warehouse.url, dates) == etag:
                return _report(table, dates, PullPlan((), (), dates.days), 0, began, job_id)
            held = ledger.held(con, table, dates)
        partitions = snapshot.partitions(table, dates)
        plan = plan_pull(held, partitions, dates)
        columns = _shared_columns(snapshot, table)
        if dry_run:
            return _report(table, dates, plan, _estimate(table, plan), began, job_id)
        source = _Source(warehouse.url, snapshot, table, etag, columns, job_id)
        moved, done = 0, 0
        for window in windows(plan.fetch, WINDOW_ROWS):
            moved += _pull_window(replica, source, window)
            done += sum(partition.rows for partition in window)
            if progress:
                progress(done, plan.rows)
    _finish(replica, source, dates, partitions, plan)
    return _report(table, dates, plan, moved, began, job_id)


@dataclass(frozen=True, slots=True)
class _Source:
    """One table of a warehouse at one moment, with the pull that reads it."""

    url: str
    snapshot: Snapshot
    table: Table
    etag: str
    columns: tuple[str, ...]
    job_id: str


_TYPICAL_BYTES = {"BOOL": 1, "DATE": 4, "STRING": 16}


def _estimate(table: Table, plan: PullPlan) -> int:
    return plan.rows * sum(_TYPICAL_BYTES.get(column.type, 8) for column in table.columns)


def _report(
    table: Table, dates: DateRange, plan: PullPlan, size_bytes: int, began: float, job_id: str
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
        job_id=job_id,
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


def _pull_window(replica: Replica, source: _Source, window: tuple[Partition, ...]) -> int:
    """Replace some partitions by the warehouse's; returns the Arrow bytes moved."""
    try:
        return swap_partitions(replica, source, window)
    except duckdb.ConstraintException:
        # DuckDB's error names no row; rows in a temporary table can be searched for it.
        return swap_partitions(replica, source, window, hold=True)


def swap_partitions(
    replica: Replica, source: _Source, window: tuple[Partition, ...], *, hold: bool = False
) -> int:
    """Replace the window's dates and their ledger rows, in one transaction; returns Arrow bytes."""
    table = source.table
    target, day = quote_table(replica_table(table)), quote(table.partition_column)
    days = [partition.day for partition in window]
    with replica.write() as con:
        con.execute("BEGIN")
        con.execute(sql("DELETE FROM {} WHERE {}", target, on_days(day)), bind_days(days))
        with source.snapshot.read(table, source.columns, days) as reader:
            moved = ingest.bring_in(con, table, target, reader, window, hold=hold)
        digests = partition_digests_sql(Sql("staged"), table.partition_column, table.column_names)
        now = datetime.now(UTC)
        ledger.record_partitions(con, table, list(window), digests, now, source.job_id)
        ledger.forget_other_etags(con, table, source.url, source.etag)
        con.execute("COMMIT")
    return moved


def _finish(
    replica: Replica,
    source: _Source,
    dates: DateRange,
    partitions: Mapping[date, Partition],
    plan: PullPlan,
) -> None:
    """Record empty dates, and that the whole range is proven under this etag."""
    table, now = source.table, datetime.now(UTC)
    target, day = quote_table(replica_table(table)), quote(table.partition_column)
    with replica.write() as con:
        con.execute("BEGIN")
        if plan.empty:
            days = list(plan.empty)
            con.execute(sql("DELETE FROM {} WHERE {}", target, on_days(day)), bind_days(days))
            ledger.record_empty(con, table, days, now, source.job_id)
        ledger.forget_other_etags(con, table, source.url, source.etag)
        # Another pull, from another state, may have swapped some of these dates meanwhile.
        left = plan_pull(ledger.held(con, table, dates), partitions, dates)
        if left.unchanged == dates.days:
            ledger.record_etag(con, table, source.url, source.etag, dates, now)
        con.execute("COMMIT")
