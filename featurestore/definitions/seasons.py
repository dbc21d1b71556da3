"""Seasons by name, from the one calendar in ``sql/features/season_calendar.sql``."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from featurestore.definitions import sql_files
from sync.errors import BadInput
from sync.model import DateRange

_ROW = re.compile(
    r"(\d{4}) AS season_year,\s+DATE '([\d-]{10})' AS first_day,\s+DATE '([\d-]{10})'"
)


@lru_cache(maxsize=1)
def calendar() -> dict[int, tuple[date, date]]:
    """Season year to (first day, first playoff day)."""
    (text,) = (f.text for f in sql_files.load("features") if f.name == "season_calendar")
    return {
        int(year): (date.fromisoformat(first), date.fromisoformat(playoff))
        for year, first, playoff in _ROW.findall(text)
    }


def season_name(year: int) -> str:
    """2024 is ``2024-25``."""
    return f"{year}-{(year + 1) % 100:02d}"


def season_range(name: str) -> DateRange:
    """From a season's first day to the day before the next one's; 365 days for the last known.

    Raises:
        BadInput: the season is not in the calendar; the known ones are listed.
    """
    known = {season_name(year): year for year in calendar()}
    if name not in known:
        raise BadInput(
            f"season {name}: unknown; known are {', '.join(known)}",
            hint="name one of them, or use --start-date and --end-date",
            season=name,
        )
    year = known[name]
    start = calendar()[year][0]
    following = calendar().get(year + 1)
    end = following[0] - timedelta(days=1) if following else start + timedelta(days=364)
    return DateRange(start, end)
