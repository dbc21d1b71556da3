"""Which dates a backfill runs over: a range, a list, those with open gaps, or the stale ones."""

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

# Computing a range at once is cheap: so many dates between two gaps are computed along with them.
MERGE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Selection:
    """The dates that a backfill was asked for.

    Attributes:
        dates: From the first date to the last, both included.
        days: Single dates, ascending; None for those of ``only``.
        only: The dates with an open gap, or the stale ones; None for every date of ``dates``.
    """

    dates: DateRange
    days: tuple[date, ...] | None = None
    only: Literal["gaps", "stale"] | None = None


def open_gap_dates(
    replica: Replica, dates: DateRange, options: Options, bootstrap_days: int
) -> tuple[date, ...]:
    """The dates of a range with an open gap that a backfill with these options can fix.

    Args:
        replica: Holds the gaps.
        dates: Both ends included.
        options: Listed players get a row only with ``include_injured``; rows without a summary are
            removed only with ``prune``.
        bootstrap_days: How many of a season's first days the backfill skips.
    """
    asked_for = {"no_game_summary": options.include_injured, "stale_row": options.prune}
    left_out = [reason for reason in gap_log.ON_PURPOSE if not asked_for[reason]]
    days = gap_log.open_gap_dates(replica, dates, reasons_left_out=left_out)
    skipped = bootstrap_dates(days, bootstrap_days)
    return tuple(day for day in days if day not in skipped)


def bootstrap_dates(days: Iterable[date], bootstrap_days: int) -> set[date]:
    """The days that are among the first of their season, by the calendar. Pure."""
    firsts = [first for first, _ in calendar().values()]
    return {
        day for day in days if any(0 <= (day - first).days < bootstrap_days for first in firsts)
    }


def resolve(
    replica: Replica, selection: Selection, options: Options, bootstrap_days: int
) -> tuple[Batch, ...]:
    """The batches of a selection, from the replica's present state; changes nothing.

    Args:
        replica: Holds the gaps, and the ledger from which stale dates follow.
        selection: The dates asked for.
        options: The options of the backfill.
        bootstrap_days: How many of a season's first days it skips.
    """
    if selection.days is not None:
        return batches_of_days(selection.days)
    if selection.only == "stale":
        with replica.read() as con:
            return batches_of_days(stale_dates(con, selection.dates))
    if selection.only == "gaps":
        days = open_gap_dates(replica, selection.dates, options, bootstrap_days)
        return batches_of_gaps(days)
    return batches_of([selection.dates])


def batches_of_gaps(days: Collection[date]) -> tuple[Batch, ...]:
    """A few contiguous ranges that contain all of the days, split at seasons. Pure."""
    return batches_of(date_ranges.grouped(days, merge_days=MERGE_DAYS))


NO_ROW = "the backfill ended without an error, but computed no valid row"


def count_all_attempts(
    replica: Replica, results: Iterable[BatchResult], *, bootstrap_days: int
) -> int:
    """Count an attempt for each gap of the results' dates that is still open.

    Args:
        replica: Holds the gaps.
        results: Results of the batches; the error of one is recorded with its gaps.
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
