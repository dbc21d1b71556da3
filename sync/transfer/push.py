"""Pushes computed partitions to the warehouse: all dates or none, and each content once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync.duck.catalog import require_declared
from sync.duck.file_lock import write_lock
from sync.errors import Conflict, Refused
from sync.replica import ledger, outbox
from sync.transfer.outbox_check import is_whole
from sync.transfer.outbox_files import (
    outbox_folder,
    refuse_repeated_keys,
    remove_leftovers,
    send_entry,
    write_entry,
)
from sync.transfer.push_plan import VOLATILE, plan_push

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sync.model import DateRange, Replaced, Table
    from sync.replica.file import Replica
    from sync.replica.outbox import OutboxEntry
    from sync.transfer.push_plan import Plan
    from sync.warehouse import Warehouse

__all__ = ["VOLATILE", "PushReport", "push"]

MAX_DATES = 4_000


@dataclass(frozen=True, slots=True)
class PushReport:
    """The result of a push, or of its dry run.

    Attributes:
        table: Full table name.
        dates: The range, both ends included.
        pushed: Dates that were written.
        unchanged: Number of computed dates whose content is already in the warehouse.
        rows: Rows sent.
        deleted: Rows of the warehouse that were replaced or pruned.
        kept: Rows of the pushed dates that only the warehouse has.
        job_ids: Jobs, in order.
        repeated: Jobs that an earlier run had done without recording it.
        seconds: Elapsed time.
        added: Sent rows whose key was not in the warehouse.
        replaced: Rows of the warehouse whose key was sent.
        pruned: Rows of the warehouse that were removed because the replica lacks their key.
        other_versions: Version to rows of the warehouse on the pushed dates, for versions that are
            not sent.
        undeclared: Columns of the live table that are not declared: a push leaves them alone.
        notes: Notes on the costs, such as that no price was known.
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
    added: int = 0
    replaced: int = 0
    pruned: int = 0
    other_versions: Mapping[str, int] = field(default_factory=dict)
    undeclared: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Totals:
    rows: int = 0
    added: int = 0
    replaced: int = 0
    pruned: int = 0
    kept: int = 0
    repeated: int = 0
    job_ids: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)

    def add(self, entry: OutboxEntry, done: Replaced) -> None:
        self.rows += entry.rows
        self.added += done.added
        self.replaced += done.replaced
        self.pruned += done.pruned
        self.kept += done.kept
        self.repeated += done.repeated
        self.job_ids.append(entry.job_id)
        self.days += sorted(entry.digests)

    def foresee(self, plan: Plan) -> None:
        """Add what a push would do to these numbers."""
        touched = plan.touched
        self.rows += touched.rows
        self.added += touched.added
        self.replaced += touched.replaced
        self.pruned += touched.pruned
        self.kept += touched.kept
        self.days += list(plan.digests)


def push(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    dates: DateRange,
    *,
    prune: bool = False,
    force: bool = False,
    new_sql: bool = False,
    dry_run: bool = False,
    labels: Mapping[str, str] | None = None,
) -> PushReport:
    """Write the computed dates of the range to the warehouse's table.

    Only dates in the ledger of computed dates are sent, except those whose content was pushed
    before and is still in the warehouse. Entries of the outbox that an earlier run left are
    finished first. May be repeated at any time, also after a kill.

    Args:
        replica: Holds the computed rows.
        warehouse: Where they go.
        table: The store's table.
        dates: Both ends included.
        prune: Also remove the warehouse's rows of these dates that the replica does not have.
        force: Write although the warehouse's partitions changed since they were last seen.
        new_sql: Push rows although their SQL differs from that of the last push.
        dry_run: Only report what would be sent.
        labels: Names and values for the warehouse's jobs.

    Raises:
        Conflict: rows in the warehouse that this replica never saw, or that changed since or during
            the write, differ from ours; or rows of another version would be replaced. Nothing was
            written.
        Refused: without ``new_sql``, the SQL differs from that of the last push; a key is repeated;
            or a value does not fit the warehouse's column.
    """
    began = time.perf_counter()
    totals = _Totals()
    # One push of a replica at a time; the replica itself stays free for other work.
    with write_lock(replica.path.with_suffix(".push"), replica.lock_wait_seconds):
        with replica.read() as con:
            require_declared(con, table)
        if not dry_run:
            _finish_earlier(replica, warehouse, table, labels or {}, totals)
        plan = plan_push(
            replica, warehouse, table, dates, prune=prune, force=force, new_sql=new_sql
        )
        todo = plan.digests
        refuse_repeated_keys(replica, table, list(todo))
        if dry_run:
            totals.foresee(plan)
        else:
            _confirm(replica, warehouse.url, table, dates, plan)
            for start in range(0, len(todo), MAX_DATES):
                days = sorted(todo)[start : start + MAX_DATES]
                entry = write_entry(
                    replica,
                    warehouse.url,
                    table,
                    days,
                    todo,
                    plan.expected,
                    prune=prune,
                    sql_versions=plan.sql_versions,
                )
                totals.add(entry, send_entry(replica, warehouse, table, entry, labels or {}))
    return PushReport(
        table=table.full_name,
        dates=dates,
        pushed=tuple(sorted(set(totals.days))),
        unchanged=plan.unchanged,
        rows=totals.rows,
        deleted=totals.replaced + totals.pruned,
        kept=totals.kept,
        job_ids=tuple(totals.job_ids),
        repeated=totals.repeated,
        seconds=time.perf_counter() - began,
        added=totals.added,
        replaced=totals.replaced,
        pruned=totals.pruned,
        other_versions=plan.touched.other_versions,
        undeclared=plan.undeclared,
        notes=tuple(warehouse.account.notes) if warehouse.account else (),
    )


def _finish_earlier(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    labels: Mapping[str, str],
    totals: _Totals,
) -> None:
    """Finish what an earlier run left: the job id shows in the warehouse whether it was done."""
    with replica.read() as con:
        entries = outbox.unfinished(con, warehouse.url, table.full_name, outbox_folder(replica))
    columns = [name for name in table.column_names if name not in VOLATILE]
    for entry in entries:
        if is_whole(replica, table, columns, entry):
            try:
                totals.add(entry, send_entry(replica, warehouse, table, entry, labels))
            except Conflict:
                # Abandoned by `send_entry`; the plan decides whether its dates still conflict.
                continue
            except Refused as error:
                # Refused twice: this push writes the rows to a new file.
                with replica.write() as con:
                    outbox.abandon(con, entry, error.message, datetime.now(UTC))
        else:
            with replica.write() as con:
                # The rows are in the replica: this push writes them to a new file.
                outbox.abandon(con, entry, "the file is gone or damaged", datetime.now(UTC))
    remove_leftovers(replica)


def _confirm(replica: Replica, url: str, table: Table, dates: DateRange, plan: Plan) -> None:
    """Record that the dates which are not sent are in the warehouse with the same content."""
    with replica.write() as con:
        now = datetime.now(UTC)
        ledger.record_columns(con, plan.token_columns)
        outbox.confirm(con, url, table.full_name, dates, list(plan.digests), now)
        if plan.same:
            outbox.mark_same(con, url, table.full_name, plan.same, now)
