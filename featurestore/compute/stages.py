"""Pull, compute and push as steps of a run, each wrapped by the run's watcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute.local import compute
from featurestore.definitions import tables
from featurestore.steps import UNWATCHED, Step
from sync.transfer.pull import PullReport, pull
from sync.transfer.push import PushReport, push

if TYPE_CHECKING:
    from collections.abc import Callable

    from featurestore.compute.report import ComputeReport
    from featurestore.compute.request import ComputeRequest
    from featurestore.run_history import Run
    from sync.model import DateRange, Table
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

    Progress = Callable[[int, int], None] | None


def pull_table(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    dates: DateRange,
    *,
    run: Run | None = None,
    dry_run: bool = False,
    progress: Progress = None,
) -> PullReport:
    """Pull one table, in ``run`` if there is one; see :func:`sync.transfer.pull.pull`."""
    watcher = run.watcher if run else UNWATCHED
    with watcher.step(Step("pull", table.full_name, dates, warehouse.url)) as outcome:
        report = pull(replica, warehouse, table, dates, dry_run=dry_run, progress=progress)
        outcome.rows, outcome.size_bytes = report.rows, report.bytes
    return report


def compute_store(
    replica: Replica, request: ComputeRequest, run: Run, *, progress: Progress = None
) -> ComputeReport:
    """Compute the store's rows here; see :func:`featurestore.compute.local.compute`."""
    with run.watcher.step(Step("compute", tables.STORE, request.dates)) as outcome:
        report = compute(replica, request, run_id=run.run_id, progress=progress)
        outcome.rows = report.rows
    return report


def push_store(
    replica: Replica,
    warehouse: Warehouse,
    dates: DateRange,
    run: Run | None,
    *,
    verb: str = "push",
    prune: bool = False,
    force: bool = False,
    new_sql: bool = False,
    dry_run: bool = False,
) -> PushReport:
    """Push the store's computed dates, in ``run`` if there is one.

    The warehouse's jobs carry the run and its verb as labels; see :func:`sync.transfer.push.push`.
    """
    watcher = run.watcher if run else UNWATCHED
    labels = {"featurestore_run": run.run_id, "featurestore_verb": verb} if run else {}
    store = tables.tables()[tables.STORE]
    with watcher.step(Step("push", store.full_name, dates, warehouse.url)) as outcome:
        report = push(
            replica,
            warehouse,
            store,
            dates,
            prune=prune,
            force=force,
            new_sql=new_sql,
            dry_run=dry_run,
            labels=labels,
        )
        outcome.rows, outcome.job_id = report.rows, "".join(report.job_ids[-1:])
    return report
