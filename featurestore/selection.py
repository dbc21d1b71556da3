"""Which dates a backfill runs over: those of open gaps, or those that are stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore import ranges
from featurestore.chunks import Chunk, chunks_of, chunks_of_days, pull_inputs
from featurestore.clock import utc_now
from featurestore.seasons import calendar
from featurestore.stale import stale_dates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    import duckdb

    from featurestore.chunks import Outcome
    from sync.model import DateRange
    from sync.replica import Replica
    from sync.warehouse import Warehouse

# A range at once is cheap: this many dates between two gaps are computed along with them.
MERGE_DAYS = 14


def open_gap_dates(replica: Replica, dates: DateRange, *, bootstrap_days: int) -> tuple[date, ...]:
    """The dates of a range with an open gap, without those that a backfill would skip."""
    with replica.read() as con:
        rows = con.execute(_OPEN_DATES, [dates.start, dates.end]).fetchall()
    found = [row[0] for row in rows]
    skipped = bootstrap_dates(found, bootstrap_days)
    return tuple(day for day in found if day not in skipped)


def bootstrap_dates(days: Iterable[date], bootstrap_days: int) -> set[date]:
    """Those of the days that are among a season's first; see the calendar. Pure."""
    firsts = [first for first, _ in calendar().values()]
    return {
        day for day in days if any(0 <= (day - first).days < bootstrap_days for first in firsts)
    }


def chunks_of_gaps(days: Collection[date]) -> tuple[Chunk, ...]:
    """Few contiguous ranges that hold all of the days, cut at seasons. Pure."""
    return chunks_of(ranges.grouped(days, merge_days=MERGE_DAYS))


def chunks_of_stale(
    replica: Replica, warehouse: Warehouse, dates: DateRange, *, dry_run: bool = False
) -> tuple[Chunk, ...]:
    """The stale dates of a range, after a pull of all that they read; a dry run pulls nothing."""
    if not dry_run:
        pull_inputs(replica, warehouse, dates)
    with replica.read() as con:
        return chunks_of_days(stale_dates(con, dates))


def count_attempts(
    con: duckdb.DuckDBPyConnection, days: Collection[date], error: str, *, attempted_at: datetime
) -> int:
    """Count an attempt, and keep its error, for the gaps of the days that are open still."""
    values = {"days": sorted(days), "at": attempted_at, "error": error}
    return int(con.execute(_COUNT_ATTEMPTS, values).fetchall()[0][0])


NO_ROW = "the backfill ended without an error, and no valid row came out"

_OPEN_DATES = """
    SELECT DISTINCT game_date FROM nba_predictions.feature_store_gaps
    WHERE game_date BETWEEN ? AND ? AND resolved_at IS NULL ORDER BY game_date
"""
_COUNT_ATTEMPTS = """
    UPDATE nba_predictions.feature_store_gaps
    SET backfill_attempt_count = coalesce(backfill_attempt_count, 0) + 1,
        last_backfill_attempt_at = $at::TIMESTAMPTZ, last_backfill_error = $error
    WHERE resolved_at IS NULL AND game_date IN (SELECT unnest($days::DATE[]))
"""


def count_all_attempts(
    replica: Replica, outcomes: Iterable[Outcome], *, bootstrap_days: int
) -> int:
    """Count an attempt for each gap of the outcomes' dates that is open still.

    Args:
        replica: Holds the gaps.
        outcomes: What was done; an outcome's error becomes that of its gaps.
        bootstrap_days: How many of a season's first days the backfill skipped.
    """
    counted = 0
    with replica.write() as con:
        for outcome in outcomes:
            days = set(outcome.chunk.days)
            days -= bootstrap_dates(days, bootstrap_days)
            error = outcome.error.message if outcome.error else NO_ROW
            counted += count_attempts(con, days, error, attempted_at=utc_now())
    return counted
