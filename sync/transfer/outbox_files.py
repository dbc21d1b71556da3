"""The files of the outbox: rows to be sent to the warehouse, and what they replaced there."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from sync.duck.clauses import repeated_keys
from sync.duck.quoting import quote_list, quote_literal
from sync.errors import Conflict, Refused
from sync.model import Replacement
from sync.replica import outbox
from sync.replica.outbox import OutboxEntry
from sync.sql_text import sql
from sync.transfer.push_rows import rows_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from sync.model import Replaced, Table
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

UNDO_DAYS = 7


def outbox_folder(replica: Replica) -> Path:
    """The folder of files to be sent."""
    return replica.path.with_suffix(".outbox")


def undo_folder(replica: Replica) -> Path:
    """The folder with the rows that pushes to an embedded warehouse replaced."""
    return replica.path.with_suffix(".undo")


def undo_file(replica: Replica, job_id: str) -> Path:
    """The file with the rows that one job replaced."""
    return undo_folder(replica) / f"{job_id}.parquet"


def remove_leftovers(replica: Replica) -> None:
    """Remove files that a killed push left: incomplete, without an entry, or done.

    Also the undo files of jobs that were done more than ``UNDO_DAYS`` ago. A file that an entry for
    any warehouse still names is kept. Call it under the push's lock, so that no other push writes
    here.
    """
    with replica.read() as con:
        named = outbox.named_files(con)
        since = datetime.now(UTC) - timedelta(days=UNDO_DAYS)
        kept = {f"{job_id}.parquet" for job_id in outbox.undoable(con, since)}
    for folder, needed in ((outbox_folder(replica), named), (undo_folder(replica), kept)):
        for file in folder.iterdir() if folder.is_dir() else ():
            if file.name not in needed:
                file.unlink(missing_ok=True)


def refuse_repeated_keys(replica: Replica, table: Table, days: Sequence[date]) -> None:
    """Raise Refused if a key is repeated in the replica: one of its rows would be lost."""
    rows, parameters = rows_sql(table, quote_list(table.key), days)
    repeated_sql = repeated_keys(table.key, sql("({})", rows))
    with replica.read() as con:
        repeated = con.execute(sql("{} LIMIT 1", repeated_sql), parameters).fetchone()
    if repeated:
        named = ", ".join(f"{n} {v}" for n, v in zip(table.key, repeated, strict=True))
        raise Refused(f"{table.full_name}: {named} is repeated in the replica; nothing was pushed")


def write_entry(
    replica: Replica,
    url: str,
    table: Table,
    days: Sequence[date],
    digests: Mapping[date, str],
    expected: Mapping[date, str | None],
    *,
    prune: bool,
    sql_versions: Mapping[str, str],
) -> OutboxEntry:
    """Write the dates' rows to a file, then record its entry: only a complete file is recorded.

    Once it is recorded, the next push finishes it first.
    """
    folder = outbox_folder(replica)
    folder.mkdir(parents=True, exist_ok=True)
    mine = {day: digests[day] for day in days}
    theirs = {day: expected[day] for day in days}
    job_id = _job_id(replica, url, table, mine, theirs, prune=prune)
    file = folder / f"{job_id}.parquet"
    with replica.read() as con:
        select, parameters = rows_sql(table, quote_list(table.column_names), days)
        part = folder / f"{job_id}.{uuid.uuid4().hex}.part"
        order = quote_list((table.partition_column, *table.key))
        rows = con.execute(
            sql(
                "COPY ({} ORDER BY {}) TO {} (FORMAT parquet, COMPRESSION zstd)",
                select,
                order,
                quote_literal(str(part)),
            ),
            parameters,
        ).fetchall()[0][0]
    _complete(part, file)
    # Dates without rows say nothing of the SQL.
    sql_of_rows = sql_versions if rows else {}
    entry = OutboxEntry(job_id, table.full_name, mine, rows, prune, theirs, file, sql_of_rows)
    with replica.write() as con:
        outbox.enqueue(con, url, entry, datetime.now(UTC))
    return entry


def _job_id(
    replica: Replica,
    url: str,
    table: Table,
    mine: Mapping[date, str],
    theirs: Mapping[date, str | None],
    *,
    prune: bool,
) -> str:
    """The job id of this content over this state, after the undone jobs of the same content."""
    with replica.read() as con:
        for attempt in count():
            job_id = outbox.entry_job_id(
                table.full_name, url, mine, theirs, prune=prune, attempt=attempt
            )
            if not outbox.is_undone(con, job_id):
                break
    return job_id


def _complete(part: Path, file: Path) -> None:
    """Make the file durable, then rename it."""
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(file)


def send_entry(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    entry: OutboxEntry,
    labels: Mapping[str, str],
) -> Replaced:
    """Write an outbox entry, then mark it done.

    An entry that conflicts, or that our own checks refuse, is abandoned. One that the service
    refuses may succeed later: it is kept, and the next push tries it again.
    """
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
        undo=undo_file(replica, entry.job_id),
    )
    try:
        done = warehouse.replace(replacement)
    except (Conflict, Refused) as error:
        if isinstance(error, Refused) and "status" in error.facts:
            raise
        with replica.write() as con:
            undone = bool(error.facts.get("undone"))
            outbox.abandon(con, entry, error.message, datetime.now(UTC), undone=undone)
        entry.parquet.unlink(missing_ok=True)
        raise
    with replica.write() as con:
        outbox.mark_done(con, warehouse.url, entry, done, datetime.now(UTC))
    entry.parquet.unlink(missing_ok=True)
    return done
