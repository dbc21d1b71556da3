"""Dates as few contiguous ranges, and ranges as seasons: what a backfill runs over. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from featurestore.definitions.seasons import calendar
from sync.model import DateRange

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


# A shorter piece of a season is not worth a part of its own: it stays with its neighbour.
LEAST_DAYS = 45


def grouped(
    days: Iterable[date], *, free: Collection[date] = (), merge_days: int = 0
) -> tuple[DateRange, ...]:
    """The days as ranges, ascending; two ranges become one where little lies between them.

    Args:
        days: In any order, repeated ones count once.
        free: Days that cost nothing in between, such as dates without a game.
        merge_days: How many other days may lie between two ranges that become one.
    """
    found: list[DateRange] = []
    for day in sorted(set(days)):
        if found and _between(found[-1].end, day, free, merge_days):
            found[-1] = DateRange(found[-1].start, day)
        else:
            found.append(DateRange(day, day))
    return tuple(found)


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
    """The ranges, cut where a season begins; outside of the calendar, where a year does.

    A season is what one computation holds in memory.
    """
    firsts = [first for first, _ in calendar().values()]
    known = DateRange(min(firsts) - timedelta(days=60), max(firsts) + timedelta(days=300))
    found: list[DateRange] = []
    for whole in ranges:
        years = range(whole.start.year, whole.end.year + 1)
        cuts = {day for day in firsts if whole.start < day <= whole.end}
        outside = {date(year, 9, 1) for year in years}
        cuts |= {day for day in outside if whole.start < day <= whole.end and day not in known}
        kept = [
            day
            for day in sorted(cuts)
            if (day - whole.start).days >= LEAST_DAYS and (whole.end - day).days >= LEAST_DAYS
        ]
        starts = [whole.start, *kept]
        ends = [*(day - timedelta(days=1) for day in kept), whole.end]
        found += [DateRange(start, end) for start, end in zip(starts, ends, strict=True)]
    return tuple(found)


def shown(days: Iterable[date], *, most: int = 12) -> str:
    """The days for people: ranges, and how many more there are beyond the first ``most``."""
    ranges = grouped(days)
    texts = [str(found.start) if found.days == 1 else str(found) for found in ranges[:most]]
    more = len(ranges) - most
    if more > 0:
        texts.append(f"and {more} more {'range' if more == 1 else 'ranges'}")
    return ", ".join(texts)
