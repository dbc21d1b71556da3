"""Which dates a backfill runs over: a range, a list, the open gaps' or the stale ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from featurestore import date_ranges
from featurestore.backfill.batch import Batch, batches_of, batches_of_days
from featurestore.clock import utc_now
from featurestore.compute import gap_log
from featurestore.compute.staleness import stale_dates
from featurestore.definitions.seasons import calendar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from featurestore.backfill.batch import BatchResult, Options
    from sync.model import DateRange
    from sync.replica.file import Replica

# A range at once is cheap: this many dates between two gaps are computed along with them.
MERGE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Selection:
    """What a backfill was asked to run over.

    Attributes:
        span: From the first date to the last, both included.
        days: Single dates, ascending; None for what ``only`` says.
        only: The dates with an open gap, or the stale ones; None for every date of the span.
    """

    span: DateRange
    days: tuple[date, ...] | None = None
    only: Literal["gaps", "stale"] | None = None


def open_gap_dates(
    replica: Replica, dates: DateRange, options: Options, bootstrap_days: int
) -> tuple[date, ...]:
    """The dates of a range with an open gap that a backfill run like this can fix.

    Args:
        replica: Holds the gaps.
        dates: Both ends included.
        options: A listed player gets a row, and a row without a summary goes, only when asked for.
        bootstrap_days: How many of a season's first days the backfill skips.
    """
    asked_for = {"no_game_summary": options.include_injured, "stale_row": options.prune}
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


def resolve(
    replica: Replica, selection: Selection, options: Options, bootstrap_days: int
) -> tuple[Batch, ...]:
    """The batches of a selection, as the replica is now; reads, and changes nothing.

    Args:
        replica: Holds the gaps, and the ledger that says what is stale.
        selection: What was asked for.
        options: How the backfill will run.
        bootstrap_days: How many of a season's first days it skips.
    """
    if selection.days is not None:
        return batches_of_days(selection.days)
    if selection.only == "stale":
        with replica.read() as con:
            return batches_of_days(stale_dates(con, selection.span))
    if selection.only == "gaps":
        days = open_gap_dates(replica, selection.span, options, bootstrap_days)
        return batches_of_gaps(days)
    return batches_of([selection.span])


def batches_of_gaps(days: Collection[date]) -> tuple[Batch, ...]:
    """Few contiguous ranges that hold all of the days, cut at seasons. Pure."""
    return batches_of(date_ranges.grouped(days, merge_days=MERGE_DAYS))


NO_ROW = "the backfill ended without an error, and no valid row came out"


def count_all_attempts(
    replica: Replica, results: Iterable[BatchResult], *, bootstrap_days: int
) -> int:
    """Count an attempt for each gap of the results' dates that is open still.

    Args:
        replica: Holds the gaps.
        results: What was done; a result's error becomes that of its gaps.
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
