"""A calendar of coverage as lines of text: by season, weeks as columns, weekdays as rows. Pure.

Every state has a different sign, so that the calendar can be read without colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from featurestore.reports.coverage import Period

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_GUTTER = 4
_BETWEEN = "   "


@dataclass(frozen=True, slots=True)
class Level:
    """A state of a date: its sign, its colour in a terminal, and what it means."""

    sign: str
    colour: str
    meaning: str


NO_GAMES = Level("·", "bright_black", "no games")
BOOTSTRAP = Level("b", "blue", "bootstrap")
NOTHING = Level("x", "bold red", "0 %")
LITTLE = Level("░", "red", "below 50 %")
SOME = Level("▒", "yellow", "below 95 %")
MOST = Level("▓", "cyan", "below 100 %")
WHOLE = Level("█", "green", "100 %")
LEVELS = (NO_GAMES, BOOTSTRAP, NOTHING, LITTLE, SOME, MOST, WHOLE)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dates of one season.

    Attributes:
        season: Such as ``2024-25``.
        monday: The first day of the first week.
        weeks: Number of weeks up to the last date with rows.
        days: The dates that have rows.
    """

    season: str
    monday: date
    weeks: int
    days: Mapping[date, Period]


def level(day: Period | None) -> Level:
    """The state of a date; ``day`` is None for a date without rows."""
    if day is None or not day.target_rows:
        return NO_GAMES
    if day.coverage_pct is None:
        return BOOTSTRAP
    if not day.missing_rows:
        return WHOLE
    if not day.store_rows:
        return NOTHING
    bands = ((50, LITTLE), (95, SOME))
    return next((band for below, band in bands if day.coverage_pct < below), MOST)


def calendars(days: Iterable[Period]) -> tuple[Calendar, ...]:
    """One calendar a season, ascending, from lines by date."""
    seasons: dict[str, dict[date, Period]] = {}
    for day in days:
        by_date = seasons.setdefault(day.season or "no season", {})
        by_date[date.fromisoformat(day.period)] = day
    made = []
    for season, dates in sorted(seasons.items(), key=lambda item: min(item[1])):
        monday = min(dates) - timedelta(days=min(dates).weekday())
        made.append(Calendar(season, monday, (max(dates) - monday).days // 7 + 1, dates))
    return tuple(made)


def lines(calendar: Calendar, width: int = 80) -> list[list[tuple[str, str]]]:
    """The calendar's lines, each as pairs of text and colour; months above, no title.

    Args:
        calendar: One season.
        width: Columns to use: two for each week if they fit, else one; further weeks are
            continued below.
    """
    step = 2 if _GUTTER + 2 * calendar.weeks <= width else 1
    fitting = max((width - _GUTTER) // step, 1)
    drawn: list[list[tuple[str, str]]] = []
    for first in range(0, calendar.weeks, fitting):
        weeks = range(first, min(first + fitting, calendar.weeks))
        drawn.append([(_months(calendar.monday, weeks, step), "")])
        for weekday, name in enumerate(WEEKDAYS):
            row = [(f"{name} ", "")]
            for week in weeks:
                state = level(calendar.days.get(calendar.monday + timedelta(weekday + 7 * week)))
                row.append((state.sign.ljust(step), state.colour))
            drawn.append(row)
    return drawn


def legend(width: int = 80) -> list[list[tuple[str, str]]]:
    """The meanings of the signs, in as many lines as ``width`` requires; parts as in `lines`."""
    drawn: list[list[tuple[str, str]]] = []
    left = 0
    for state in LEVELS:
        entry = f"{state.sign} {state.meaning}"
        if not drawn or len(_BETWEEN + entry) > left:
            drawn.append([(" " * _GUTTER, "")])
            left = width - _GUTTER
        else:
            entry = _BETWEEN + entry
        drawn[-1].append((entry, state.colour))
        left -= len(entry)
    return drawn


def _months(monday: date, weeks: Sequence[int], step: int) -> str:
    """The names of the months, each above the week in which it begins, as far as they fit."""
    sundays = [monday + timedelta(7 * week + 6) for week in weeks]
    begins = [(n * step, f"{day:%b}") for n, day in enumerate(sundays) if day.day <= 7]
    if not begins or begins[0][0] >= _GUTTER:
        begins.insert(0, (0, f"{sundays[0]:%b}"))
    text = ""
    for column, name in begins:
        if not text or len(text) < column:
            text = text.ljust(column) + name
    return " " * _GUTTER + text
