"""Pulls what a range's features are computed from, lookback and injury reports included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute.stages import pull_table
from featurestore.definitions import sql_files, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from featurestore.run_history import Run
    from sync.model import DateRange
    from sync.replica.file import Replica
    from sync.transfer.pull import PullReport
    from sync.warehouse import Warehouse

    Progress = Callable[[int, int], None] | None


def pull_inputs(
    replica: Replica,
    warehouse: Warehouse,
    dates: DateRange,
    *,
    run: Run | None = None,
    dry_run: bool = False,
    progress: Progress = None,
) -> tuple[PullReport, ...]:
    """Pull all that the features of ``dates`` read, lookback and injury reports included."""
    needed = dates.with_lookback(sql_files.lookback_days())
    reports = []
    for name in (tables.SUMMARY, tables.INJURIES):
        table = tables.tables()[name]
        if table.optional:
            with warehouse.snapshot() as snapshot:
                if snapshot.columns(table) is None:
                    continue
        report = pull_table(
            replica, warehouse, table, needed, run=run, dry_run=dry_run, progress=progress
        )
        reports.append(report)
    return tuple(reports)
