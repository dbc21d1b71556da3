"""Which dates a backfill runs over: those of open gaps, or those that are stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore import date_ranges
from featurestore.backfill.batch import Batch, batches_of, batches_of_days
from featurestore.clock import utc_now
from featurestore.compute import gap_log
from featurestore.compute.inputs import pull_inputs
from featurestore.compute.staleness import stale_dates
from featurestore.definitions.seasons import calendar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from featurestore.backfill.batch import BatchResult, Options
    from sync.model import DateRange
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

# A range at once is cheap: this many dates between two gaps are computed along with them.
MERGE_DAYS = 14


def open_gap_dates(
    replica: Replica, dates: DateRange, how: Options, bootstrap_days: int
) -> tuple[date, ...]:
    """The dates of a range with an open gap that a backfill run like this can mend.

    Args:
        replica: Holds the gaps.
        dates: Both ends included.
        how: A listed player gets a row, and a row without a summary goes, only when asked for.
        bootstrap_days: How many of a season's first days the backfill skips.
    """
    asked_for = {"no_game_summary": how.include_injured, "stale_row": how.prune}
    left_out = [reason for reason in gap_log.ON_PURPOSE if not asked_for[reason]]
    found = gap_log.open_gap_dates(replica, dates, reasons_left_out=left_out)
    skipped = bootstrap_dates(found, bootstrap_days)
    return tuple(day for day in found if day not in skipped)


def bootstrap_dates(days: Iterable[date], bootstrap_days: int) -> set[date]:
    """Those of the days that are among a season's first; see the calendar. Pure."""
    firsts = [first for first, _ in calendar().values()]
    return {
        day for day in days if any(0 <= (day - first).days < bootstrap_days for first in firsts)
    }


def chunks_of_gaps(days: Collection[date]) -> tuple[Batch, ...]:
    """Few contiguous ranges that hold all of the days, cut at seasons. Pure."""
    return batches_of(date_ranges.grouped(days, merge_days=MERGE_DAYS))


def chunks_of_stale(
    replica: Replica, warehouse: Warehouse, dates: DateRange, *, dry_run: bool = False
) -> tuple[Batch, ...]:
    """The stale dates of a range, after a pull of all that they read; a dry run pulls nothing."""
    if not dry_run:
        pull_inputs(replica, warehouse, dates)
    with replica.read() as con:
        return batches_of_days(stale_dates(con, dates))


NO_ROW = "the backfill ended without an error, and no valid row came out"


def count_all_attempts(
    replica: Replica, results: Iterable[BatchResult], *, bootstrap_days: int
) -> int:
    """Count an attempt for each gap of the results' dates that is open still.

    Args:
        replica: Holds the gaps.
        results: What was done; an result's error becomes that of its gaps.
        bootstrap_days: How many of a season's first days the backfill skipped.
    """
    counted = 0
    with replica.write() as con:
        for result in results:
            days = set(result.batch.days)
            days -= bootstrap_dates(days, bootstrap_days)
            error = result.error.message if result.error else NO_ROW
            counted += gap_log.count_attempts(con, days, attempted_at=utc_now(), error=error)
    return counted
