"""Undoes a push: restores the warehouse's rows of its dates, all or nothing."""

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
    """The result of an undo, or of its dry run.

    Attributes:
        job_id: The push's job.
        table: Full table name.
        dates: The dates it had written, ascending.
        removed: Rows of the push that were removed; None in a dry run.
        restored: Rows that were restored; None in a dry run.
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
    """Restore what a push of this replica replaced. May be repeated, also after a kill.

    The warehouse is restored first, in one transaction; after a kill before the replica records it,
    the same command finds it done. The dates then count as not pushed.

    Args:
        replica: The replica that sent the job.
        warehouse: The warehouse that received it.
        table: The store's table.
        job_id: The id that the push reported.
        dry_run: Only look the job up.
        labels: Names and values for the warehouse's jobs.

    Raises:
        BadInput: the replica or the warehouse knows no such job, it was not done, or what it
            replaced is no longer kept.
        Conflict: rows changed since the push; nothing was restored.
    """
    began = time.perf_counter()
    with write_lock(replica.path.with_suffix(".push"), replica.lock_wait_seconds):
        with replica.read() as con:
            sent = outbox.sent_entry(con, job_id)
        # The warehouse itself says whether it has the job: a file may have been moved.
        if sent is None or sent.target != table.full_name:
            raise BadInput(
                f"job {job_id}: unknown: this replica sent no such job to {table.full_name}",
                hint="featurestore push --json prints the ids of its jobs",
                job_id=job_id,
            )
        if sent.state not in ("done", "undone"):
            raise BadInput(
                f"job {job_id} is {sent.state}: only a push that is done can be undone",
                hint="featurestore push finishes what an earlier one left",
                job_id=job_id,
                state=sent.state,
            )
        days = tuple(sorted(sent.days))
        outcome: tuple[int | None, int | None, bool]
        if dry_run:
            outcome = (None, None, sent.state == "undone")
        elif sent.state == "undone":
            outcome = (0, 0, True)
        else:
            what = Undo(table, days, table.key, job_id, undo_file(replica, job_id), labels or {})
            done = warehouse.undo(what)
            with replica.write() as con:
                outbox.mark_undone(con, job_id, datetime.now(UTC))
            undo_file(replica, job_id).unlink(missing_ok=True)
            outcome = (done.removed, done.restored, done.repeated)
    removed, restored, repeated = outcome
    seconds = time.perf_counter() - began
    return UndoReport(job_id, table.full_name, days, removed, restored, repeated, seconds)
