"""Seasons by name, from the one calendar in ``sql/features/season_calendar.sql``."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from featurestore.definitions import sql_files
from featurestore.definitions.trees import parse_tree
from featurestore.disk_cache import cached
from featurestore.suggestions import did_you_mean
from sync.errors import BadInput
from sync.model import DateRange

if TYPE_CHECKING:
    from sqlglot import exp

FILE = "sql/features/season_calendar.sql"
_COLUMNS = ["season_year", "first_day", "playoff_day"]


@lru_cache(maxsize=1)
def calendar() -> dict[int, tuple[date, date]]:
    """Season year to (first day, first playoff day), by year.

    Raises:
        BadInput: the file is not a union of rows of a year and two dates.
    """
    (text,) = (f.text for f in sql_files.load("features") if f.name == "season_calendar")
    rows = cached("seasons", text, lambda: parse_calendar(text))
    return {
        year: (date.fromisoformat(first), date.fromisoformat(playoff))
        for year, first, playoff in rows
    }


def parse_calendar(text: str) -> list[list[int | str]]:
    """Year, first day and first playoff day of every row of the calendar, by year. Pure.

    Raises:
        BadInput: a row is not of this form, a year occurs twice, or two seasons overlap.
    """
    tree = parse_tree(text, FILE)
    rows = sorted(_parse_row(select, text) for select in _branches(tree))
    days = [day for _, first, playoff in rows for day in (first, playoff)]
    years = [year for year, _, _ in rows]
    if days != sorted(set(days)) or len(years) != len(set(years)):
        raise BadInput(f"{FILE}: a season occurs twice, or two seasons overlap", path=FILE)
    return [[year, str(first), str(playoff)] for year, first, playoff in rows]


def _branches(tree: exp.Expr) -> list[exp.Expr]:
    """The arms of a UNION."""
    from sqlglot import exp

    if isinstance(tree, exp.Union):
        return [*_branches(tree.left), *_branches(tree.right)]
    return [tree]


def _parse_row(select: exp.Expr, text: str) -> tuple[int, date, date]:
    """The year and dates of one row of literals.

    Raises:
        BadInput: it is not such a row; nothing in the file is ignored.
    """
    from sqlglot import exp

    values = select.expressions if isinstance(select, exp.Select) else []
    clauses = {name for name, value in select.args.items() if value} - {"expressions"}
    try:
        if [value.alias for value in values] != _COLUMNS or clauses:
            raise ValueError("not a row of three literals")
        year, *days = (value.unalias() for value in values)
        if not all(isinstance(day, exp.Cast) and day.is_type("date") for day in days):
            raise ValueError("not a DATE")
        first, playoff = (date.fromisoformat(day.this.name) for day in days)
        return int(year.name), first, playoff
    except ValueError as error:
        raise BadInput(
            f"{FILE}: cannot be read as a season: {select.sql('bigquery')} ({error})",
            hint=f"write it as: {calendar_row(2026)}",
            path=FILE,
            rows=text.count("season_year"),
        ) from error


def calendar_row(year: int) -> str:
    """The SQL of a season's row, with placeholders for its dates. Pure."""
    return (
        f"UNION ALL SELECT {year} AS season_year, DATE 'YYYY-MM-DD' AS first_day,"
        " DATE 'YYYY-MM-DD' AS playoff_day"
    )


def last_day() -> date:
    """The last day of the last season in the calendar."""
    return season_range(season_name(max(calendar()))).end


def unlisted(year: int) -> str:
    """The message about a season that the calendar lacks. Pure."""
    return (
        f"season {season_name(year)} is not in the calendar: without it no date is early, bootstrap"
        f" or playoff; add a row to {FILE}: {calendar_row(year)}"
    )


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
            hint=did_you_mean(name, known, "name one of them, or use --start-date and --end-date"),
            season=name,
        )
    year = known[name]
    start = calendar()[year][0]
    following = calendar().get(year + 1)
    end = following[0] - timedelta(days=1) if following else start + timedelta(days=364)
    return DateRange(start, end)
