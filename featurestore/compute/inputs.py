"""Pulls what a range's features are computed from: its lookback too, and injury reports if any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions import sql_files, tables
from sync.transfer.pull import PullReport, pull

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync.model import DateRange
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

    Progress = Callable[[int, int], None] | None


def pull_inputs(
    replica: Replica,
    warehouse: Warehouse,
    dates: DateRange,
    *,
    dry_run: bool = False,
    progress: Progress = None,
) -> tuple[PullReport, ...]:
    """Pull all that the features of ``dates`` read: their lookback too, and injuries if any."""
    needed = dates.with_lookback(sql_files.lookback_days())
    reports = []
    for name in (tables.SUMMARY, tables.INJURIES):
        table = tables.tables()[name]
        if table.optional:
            with warehouse.snapshot() as snapshot:
                if snapshot.columns(table) is None:
                    continue
        reports.append(pull(replica, warehouse, table, needed, dry_run=dry_run, progress=progress))
    return tuple(reports)
