"""Merges dates into a few contiguous ranges, and splits ranges by season. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from featurestore.definitions.seasons import calendar
from sync.model import DateRange

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


# A shorter piece of a season is not worth a separate part: it stays with its neighbour.
LEAST_DAYS = 45


def grouped(
    days: Iterable[date], *, free: Collection[date] = (), merge_days: int = 0
) -> tuple[DateRange, ...]:
    """The days as ranges, ascending; ranges with few days in between are merged.

    Args:
        days: In any order; repeated ones count once.
        free: Days in between that cost nothing, such as dates without a game.
        merge_days: The most other days in between two ranges that are merged.
    """
    ranges: list[DateRange] = []
    for day in sorted(set(days)):
        if ranges and _between(ranges[-1].end, day, free, merge_days):
            ranges[-1] = DateRange(ranges[-1].start, day)
        else:
            ranges.append(DateRange(day, day))
    return tuple(ranges)


def _between(last: date, day: date, free: Collection[date], merge_days: int) -> bool:
    if day - last == timedelta(days=1):
        return True
    gap = DateRange(last + timedelta(days=1), day - timedelta(days=1))
    if not free:
        return gap.days <= merge_days
    costly = 0
    for other in gap:
        costly += other not in free
        if costly > merge_days:
            return False
    return True


def by_season(ranges: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """The ranges, split at the start of each season; outside of the calendar, on September 1.

    One computation holds a season in memory.
    """
    firsts = [first for first, _ in calendar().values()]
    known = DateRange(min(firsts) - timedelta(days=60), max(firsts) + timedelta(days=300))
    parts: list[DateRange] = []
    for dates in ranges:
        years = range(dates.start.year, dates.end.year + 1)
        cuts = {day for day in firsts if dates.start < day <= dates.end}
        outside = {date(year, 9, 1) for year in years}
        cuts |= {day for day in outside if dates.start < day <= dates.end and day not in known}
        kept = [
            day
            for day in sorted(cuts)
            if (day - dates.start).days >= LEAST_DAYS and (dates.end - day).days >= LEAST_DAYS
        ]
        starts = [dates.start, *kept]
        ends = [*(day - timedelta(days=1) for day in kept), dates.end]
        parts += [DateRange(start, end) for start, end in zip(starts, ends, strict=True)]
    return tuple(parts)


def shown(days: Iterable[date], *, most: int = 12) -> str:
    """The days for display: ranges, and how many more there are after the first ``most``."""
    ranges = grouped(days)
    texts = [str(dates.start) if dates.days == 1 else str(dates) for dates in ranges[:most]]
    more = len(ranges) - most
    if more > 0:
        texts.append(f"and {more} more {'range' if more == 1 else 'ranges'}")
    return ", ".join(texts)
