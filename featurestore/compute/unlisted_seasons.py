"""Seasons that have games but are not in the season calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions import seasons, tables
from sync.duck.quoting import quote_table
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import duckdb

    from sync.model import DateRange


def in_rows(
    con: duckdb.DuckDBPyConnection, dates: DateRange, days: Collection[date] | None = None
) -> tuple[str, ...]:
    """A sentence for each season of the replica's summary rows that the calendar lacks, by year.

    Args:
        con: The replica.
        dates: The range, both ends included.
        days: Only these days of it.
    """
    rows = con.execute(
        sql(
            "SELECT DISTINCT season_year, game_date FROM {}"
            " WHERE game_date BETWEEN ? AND ? AND season_year NOT IN (SELECT unnest(?::BIGINT[]))",
            quote_table(tables.SUMMARY),
        ),
        [dates.start, dates.end, list(seasons.calendar())],
    ).fetchall()
    years = {year for year, day in rows if days is None or day in days}
    return tuple(seasons.unlisted(year) for year in sorted(years))


def in_range(dates: DateRange) -> tuple[str, ...]:
    """The same from the dates alone: those after the last season belong to the next one. Pure."""
    if dates.end <= seasons.last_day():
        return ()
    return (seasons.unlisted(max(seasons.calendar()) + 1),)
