"""Takes a push back: the warehouse's rows of its dates as they were before, or nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync.duck.file_lock import write_lock
from sync.errors import BadInput
from sync.model import Undo
from sync.replica import outbox
from sync.transfer.outbox_files import undo_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sync.model import Table
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What was taken back, or would be.

    Attributes:
        job_id: The push's job.
        table: Full table name.
        dates: The dates it had written, ascending.
        removed: Rows of the push that were removed; None in a dry run.
        restored: Rows that were put back; None in a dry run.
        repeated: Whether an earlier run had done it.
        seconds: Elapsed time.
    """

    job_id: str
    table: str
    dates: tuple[date, ...]
    removed: int | None
    restored: int | None
    repeated: bool
    seconds: float


def undo_push(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    job_id: str,
    *,
    dry_run: bool = False,
    labels: Mapping[str, str] | None = None,
) -> UndoReport:
    """Put back what a push of this replica replaced. May be repeated, after a kill too.

    The warehouse goes first, in one transaction; killed between it and the replica's record, the
    same command finds it done. The dates then count as not pushed.

    Args:
        replica: Sent the job.
        warehouse: Where it went.
        table: The store's table.
        job_id: As the push reported it.
        dry_run: Only look the job up.
        labels: Names and values for the warehouse's jobs.

    Raises:
        BadInput: the replica or the warehouse knows no such job, it was not done, or what it
            replaced is not kept any more.
        Conflict: rows changed since the push; nothing was put back.
    """
    began = time.perf_counter()
    with write_lock(replica.path.with_suffix(".push"), replica.lock_wait_seconds):
        with replica.read() as con:
            sent = outbox.sent_entry(con, job_id)
        # Which warehouse has the job is its own to say: a file may have been moved since.
        if sent is None or sent.target != table.full_name:
            raise BadInput(
                f"job {job_id}: this replica sent no such job to {table.full_name}",
                hint="featurestore push --json prints the ids of its jobs",
                job_id=job_id,
            )
        if sent.state not in ("done", "undone"):
            raise BadInput(
                f"job {job_id}: is {sent.state}, only a push that is done can be taken back",
                hint="featurestore push finishes what an earlier one left",
                job_id=job_id,
                state=sent.state,
            )
        days = tuple(sorted(sent.days))
        found: tuple[int | None, int | None, bool]
        if dry_run:
            found = (None, None, sent.state == "undone")
        elif sent.state == "undone":
            found = (0, 0, True)
        else:
            what = Undo(table, days, table.key, job_id, undo_file(replica, job_id), labels or {})
            done = warehouse.undo(what)
            with replica.write() as con:
                outbox.mark_undone(con, job_id, datetime.now(UTC))
            undo_file(replica, job_id).unlink(missing_ok=True)
            found = (done.removed, done.restored, done.repeated)
    removed, restored, repeated = found
    seconds = time.perf_counter() - began
    return UndoReport(job_id, table.full_name, days, removed, restored, repeated, seconds)
