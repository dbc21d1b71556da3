"""Pushes computed partitions to the warehouse: all dates or none, and each content once."""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync.duck.digest import partition_digests_sql
from sync.duck.file_lock import write_lock
from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.errors import Conflict, Refused
from sync.model import Replacement
from sync.replica import ledger, outbox
from sync.replica.outbox import OutboxEntry
from sync.transfer.outbox_check import is_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import duckdb

    from sync.model import DateRange, Replaced, Table
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

MAX_DATES = 4_000
VOLATILE = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push wrote, or would write.

    Attributes:
        table: Full table name.
        dates: The range, both ends included.
        pushed: Dates that were written.
        unchanged: Number of computed dates whose content stands in the warehouse already.
        rows: Rows sent.
        deleted: Rows of the warehouse that were replaced or pruned.
        kept: Rows of the pushed dates that the warehouse has and the replica has not.
        job_ids: Jobs, in order.
        repeated: Jobs that an earlier run had done without knowing.
        seconds: Elapsed time.
    """

    table: str
    dates: DateRange
    pushed: tuple[date, ...]
    unchanged: int
    rows: int
    deleted: int
    kept: int
    job_ids: tuple[str, ...]
    repeated: int
    seconds: float


@dataclass(slots=True)
class _Totals:
    rows: int = 0
    deleted: int = 0
    kept: int = 0
    repeated: int = 0
    job_ids: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)

    def add(self, entry: OutboxEntry, done: Replaced) -> None:
        self.rows += entry.rows
        self.deleted += done.deleted
        self.kept += done.kept
        self.repeated += done.repeated
        self.job_ids.append(entry.job_id)
        self.days += sorted(entry.digests)


def push(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    dates: DateRange,
    *,
    prune: bool = False,
    force: bool = False,
    dry_run: bool = False,
    labels: Mapping[str, str] | None = None,
) -> PushReport:
    """Write the computed dates of the range to the warehouse's table.

    Only dates in the ledger of computed dates count. A date whose content was pushed before, and
    which the warehouse still holds as it was left, is not sent again. Parcels that an earlier
    run left behind are finished first. May be repeated at any time, after a kill too.

    Args:
        replica: Holds the computed rows.
        warehouse: Where they go.
        table: The store's table.
        dates: Both ends included.
        prune: Also remove the warehouse's rows of these dates that the replica has not.
        force: Write although the warehouse's partitions changed since they were last seen.
        dry_run: Only tell what would be sent.
        labels: Names and values for the warehouse's jobs.

    Raises:
        Conflict: a partition changed since it was last seen, or while it was written; nothing
            of the push was written.
        Refused: a key is repeated, or a value does not fit the warehouse's column.
    """
    began = time.perf_counter()
    totals = _Totals()
    # One push of a replica at a time; the replica itself stays free for other work meanwhile.
    with write_lock(replica.path.with_suffix(".push"), replica.lock_wait_seconds):
        if not dry_run:
            _finish_earlier(replica, warehouse, table, labels or {}, totals)
        todo, expected, unchanged = _choose(
            replica, warehouse, table, dates, prune=prune, force=force
        )
        if dry_run:
            totals.days += list(todo)
            totals.rows = _row_count(replica, table, list(todo))
        else:
            _refuse_repeated_keys(replica, table, list(todo))
            _confirm(replica, warehouse.url, table, dates, todo)
            for start in range(0, len(todo), MAX_DATES):
                days = sorted(todo)[start : start + MAX_DATES]
                entry = _pack(replica, warehouse.url, table, days, todo, expected, prune=prune)
                totals.add(entry, _send(replica, warehouse, table, entry, labels or {}))
    return PushReport(
        table=table.full_name,
        dates=dates,
        pushed=tuple(sorted(set(totals.days))),
        unchanged=unchanged,
        rows=totals.rows,
        deleted=totals.deleted,
        kept=totals.kept,
        job_ids=tuple(totals.job_ids),
        repeated=totals.repeated,
        seconds=time.perf_counter() - began,
    )


def _finish_earlier(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    labels: Mapping[str, str],
    totals: _Totals,
) -> None:
    """Finish what an earlier run left: the warehouse tells by the job id whether it was done."""
    with replica.read() as con:
        entries = outbox.unfinished(con, warehouse.url, table.full_name, _outbox_folder(replica))
    columns = [name for name in table.column_names if name not in VOLATILE]
    for entry in entries:
        if is_whole(replica, table, columns, entry):
            try:
                totals.add(entry, _send(replica, warehouse, table, entry, labels))
            except Conflict:
                # Abandoned by _send; whether its dates still conflict is decided afresh.
                continue
        else:
            with replica.write() as con:
                # The rows are in the replica: this push packs them again.
                outbox.abandon(con, entry, "the file is gone or damaged", datetime.now(UTC))
    _sweep(replica)


def _sweep(replica: Replica) -> None:
    """Remove files that a killed push left: half written, not yet posted, or settled already.

    Under the push's lock no other push writes here; a file that an entry of any warehouse still
    names stays.
    """
    folder = _outbox_folder(replica)
    if not folder.is_dir():
        return
    with replica.read() as con:
        named = outbox.named_files(con)
    for file in folder.iterdir():
        if file.name not in named:
            file.unlink(missing_ok=True)


def _outbox_folder(replica: Replica) -> Path:
    return replica.path.with_suffix(".outbox")


def _choose(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    dates: DateRange,
    *,
    prune: bool,
    force: bool,
) -> tuple[dict[date, str], dict[date, str | None], int]:
    """Dates to push with their digests, the warehouse's tokens now, and the unchanged count."""
    with replica.read() as con:
        mine = _digests(con, table, dates)
        seen = _last_seen(con, warehouse.url, table, dates)
    with warehouse.snapshot() as snapshot:
        now = snapshot.partitions(table, dates) if mine else {}
    tokens = {day: now[day].token if day in now else None for day in mine}
    changed = [day for day in mine if day in seen and seen[day][1] != tokens[day]]
    if changed and not force:
        raise Conflict(
            f"{table.full_name}: {len(changed)} dates changed in the warehouse since they were"
            f" last seen, first {min(changed)}",
            hint="look with featurestore diff, then push again with --force",
            dates=[str(day) for day in changed],
        )
    todo = {
        day: digest
        for day, digest in mine.items()
        if day in changed
        or (
            seen.get(day, ("", None))[0] != _pushed_digest(digest, prune=prune)
            # Content that was pushed with --prune stands for a push without it, too.
            and (prune or seen.get(day, ("", None))[0] != _pushed_digest(digest, prune=True))
        )
    }
    return (
        {day: _pushed_digest(digest, prune=prune) for day, digest in todo.items()},
        {day: tokens[day] for day in todo},
        len(mine) - len(todo),
    )


def _confirm(
    replica: Replica, url: str, table: Table, dates: DateRange, todo: Mapping[date, str]
) -> None:
    """Record that the pushed dates which are not sent again were found as they were left."""
    with replica.write() as con:
        con.execute(
            """UPDATE featurestore.pushed SET pushed_at = ?
            WHERE target = ? AND warehouse_url = ? AND partition_date BETWEEN ? AND ?
                AND partition_date NOT IN (SELECT unnest(?::DATE[]))""",
            [datetime.now(UTC), table.full_name, url, dates.start, dates.end, list(todo)],
        )


def _pushed_digest(digest: str, *, prune: bool) -> str:
    return f"{digest}:pruned" if prune else digest


def _digests(con: duckdb.DuckDBPyConnection, table: Table, dates: DateRange) -> dict[date, str]:
    """Content digest of each computed date of the range; a date without rows has its own."""
    day = quote(table.partition_column)
    columns = [name for name in table.column_names if name not in VOLATILE]
    sql = partition_digests_sql(
        quote_table(table), table.partition_column, columns, f"{day} BETWEEN $start AND $end"
    )
    rows = con.execute(
        f"""SELECT computed.partition_date, coalesce(content.digest, 'empty')
        FROM featurestore.computed AS computed
        LEFT JOIN ({sql}) AS content USING (partition_date)
        WHERE computed.partition_date BETWEEN $start AND $end ORDER BY 1""",
        {"start": dates.start, "end": dates.end},
    ).fetchall()
    return dict(rows)


def _last_seen(
    con: duckdb.DuckDBPyConnection, url: str, table: Table, dates: DateRange
) -> dict[date, tuple[str, str | None]]:
    """Date to (pushed digest, the warehouse's token) as of our last push or pull of it."""
    pushed = con.execute(
        """SELECT partition_date, digest, token, pushed_at FROM featurestore.pushed
        WHERE target = ? AND warehouse_url = ? AND partition_date BETWEEN ? AND ?""",
        [table.full_name, url, dates.start, dates.end],
    ).fetchall()
    seen: dict[date, tuple[str, str | None]] = {row[0]: (row[1], row[2]) for row in pushed}
    for day, held in ledger.held(con, table, dates).items():
        seen.setdefault(day, ("", held.token or None))
    return seen


def _row_count(replica: Replica, table: Table, days: Sequence[date]) -> int:
    with replica.read() as con:
        sql, parameters = _rows_sql(table, "count(*)", days)
        return int(con.execute(sql, parameters).fetchall()[0][0])


def _rows_sql(table: Table, outputs: str, days: Sequence[date]) -> tuple[str, dict[str, object]]:
    day = quote(table.partition_column)
    if not days:
        return f"SELECT {outputs} FROM {quote_table(table)} WHERE FALSE", {}
    sql = (
        f"SELECT {outputs} FROM {quote_table(table)} WHERE {day} BETWEEN $first AND $last"
        f" AND {day} IN (SELECT unnest($days::DATE[]))"
    )
    return sql, {"first": min(days), "last": max(days), "days": list(days)}


def _refuse_repeated_keys(replica: Replica, table: Table, days: Sequence[date]) -> None:
    key = quote_list(table.key)
    sql, parameters = _rows_sql(table, key, days)
    with replica.read() as con:
        twice = con.execute(
            f"SELECT {key} FROM ({sql}) GROUP BY {key} HAVING count(*) > 1 LIMIT 1", parameters
        ).fetchone()
    if twice:
        named = ", ".join(f"{n} {v}" for n, v in zip(table.key, twice, strict=True))
        raise Refused(f"{table.full_name}: {named} stands twice in the replica; nothing was pushed")


def _pack(
    replica: Replica,
    url: str,
    table: Table,
    days: Sequence[date],
    digests: Mapping[date, str],
    expected: Mapping[date, str | None],
    *,
    prune: bool,
) -> OutboxEntry:
    """Write the dates' rows to a file, then record the entry: a file alone is no promise."""
    folder = _outbox_folder(replica)
    folder.mkdir(parents=True, exist_ok=True)
    mine = {day: digests[day] for day in days}
    theirs = {day: expected[day] for day in days}
    job_id = outbox.entry_job_id(table.full_name, url, mine, theirs, prune=prune)
    file = folder / f"{job_id}.parquet"
    with replica.read() as con:
        sql, parameters = _rows_sql(table, quote_list(table.column_names), days)
        part = folder / f"{job_id}.{uuid.uuid4().hex}.part"
        order = quote_list((table.partition_column, *table.key))
        rows = con.execute(
            f"COPY ({sql} ORDER BY {order}) TO {quote_literal(str(part))}"
            " (FORMAT parquet, COMPRESSION zstd)",
            parameters,
        ).fetchall()[0][0]
    _complete(part, file)
    entry = OutboxEntry(job_id, table.full_name, mine, rows, prune, theirs, file)
    with replica.write() as con:
        outbox.enqueue(con, url, entry, datetime.now(UTC))
    return entry


def _complete(part: Path, file: Path) -> None:
    """Make the file durable, then give it its name."""
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(file)


def _send(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    entry: OutboxEntry,
    labels: Mapping[str, str],
) -> Replaced:
    replacement = Replacement(
        table=table,
        days=tuple(sorted(entry.digests)),
        parquet=entry.parquet,
        rows=entry.rows,
        key=table.key,
        prune=entry.prune,
        expected=entry.expected,
        job_id=entry.job_id,
        digest=entry.digest,
        labels=labels,
    )
    try:
        done = warehouse.replace(replacement)
    except (Conflict, Refused) as error:
        with replica.write() as con:
            outbox.abandon(con, entry, error.message, datetime.now(UTC))
        entry.parquet.unlink(missing_ok=True)
        raise
    with replica.write() as con:
        outbox.mark_done(con, warehouse.url, entry, done, datetime.now(UTC))
    entry.parquet.unlink(missing_ok=True)
    return done
