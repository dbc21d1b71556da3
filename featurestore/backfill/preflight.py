"""Looks, before a range is computed, whether all is there that the result depends on."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from featurestore import date_ranges
from featurestore.compute import unlisted_seasons
from featurestore.definitions import tables
from sync.duck.quoting import quote_table
from sync.errors import Refused
from sync.model import DateRange
from sync.replica import ledger
from sync.schema_drift import compare_columns
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import duckdb

    from sync.model import Partition
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

LEAST_SHARE_PCT = 95.0
# A summary row, its features twice (the store and the outbox), and the temporary relations.
BYTES_PER_ROW = 8_000
SPARE_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class DateCheck:
    """What is there for one date with games.

    Attributes:
        day: The date.
        rows: Summary rows held.
        rows_pct: Of the warehouse's rows of the date.
        opponents_pct: Teams of the date whose opponent has rows, too.
        has_injuries: Whether a report names the date; None without any report in the range.
    """

    day: date
    rows: int
    rows_pct: float
    opponents_pct: float
    has_injuries: bool | None

    @property
    def share_pct(self) -> float:
        """The smaller of the two shares; injury reports do not count: a day may be without."""
        return min(self.rows_pct, self.opponents_pct)


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found over a range.

    Attributes:
        dates: Every date with rows, here or in the warehouse, ascending.
        findings: What stops any backfill, such as a column that the warehouse lacks.
        notes: What is worth knowing and stops nothing.
    """

    dates: tuple[DateCheck, ...]
    findings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def incomplete(self) -> tuple[DateCheck, ...]:
        """Dates of which less than 95 % is there."""
        return tuple(found for found in self.dates if found.share_pct < LEAST_SHARE_PCT)

    def require(self, dates: DateRange) -> None:
        """Stop here unless all is there.

        Raises:
            Refused: a date is incomplete, or something else stands in the way.
        """
        wrong = list(self.findings)
        if self.incomplete:
            worst = min(self.incomplete, key=lambda found: found.share_pct)
            wrong.append(
                f"{len(self.incomplete)} of {len(self.dates)} dates are incomplete:"
                f" {date_ranges.shown(found.day for found in self.incomplete)};"
                f" {worst.day} has {worst.rows_pct:.0f} % of its rows and"
                f" {worst.opponents_pct:.0f} % of its opponents"
            )
        if wrong:
            raise Refused(
                f"preflight {dates}: {'; '.join(wrong)}",
                hint="correct the warehouse, or run the same command with --skip-preflight",
                incomplete={str(found.day): found.share_pct for found in self.incomplete},
                findings=list(self.findings),
            )


# One row a date; a team without opponent_team_abbr has no opponent that could be missing.
_TEAMS = sql(
    """
    WITH team AS (
        SELECT DISTINCT game_date, team_abbr, opponent_team_abbr
        FROM {}
        WHERE game_date BETWEEN $start AND $end AND team_abbr IS NOT NULL)
    SELECT game_date, 100 * avg(
        (opponent_team_abbr IS NULL OR EXISTS (
            SELECT 1 FROM team AS other WHERE other.game_date = team.game_date
                AND other.team_abbr = team.opponent_team_abbr))::INTEGER)
    FROM team GROUP BY game_date
    """,
    quote_table(tables.SUMMARY),
)
_INJURIES = sql(
    """
    SELECT DISTINCT game_date FROM {}
    WHERE game_date BETWEEN $start AND $end AND report_date BETWEEN $start::DATE - 7 AND $end
    """,
    quote_table(tables.INJURIES),
)


def preflight(replica: Replica, warehouse: Warehouse, days: Sequence[date]) -> Preflight:
    """What is there for some days, ascending; changes nothing, reads the keys of their span once.

    Asks the warehouse for its row counts and columns, which costs no scan of the tables.
    """
    dates = DateRange(days[0], days[-1])
    summary = tables.tables()[tables.SUMMARY]
    with warehouse.snapshot() as snapshot:
        theirs = snapshot.partitions(summary, dates)
        live = {name: snapshot.columns(tables.tables()[name]) for name in _LOOKED_AT}
    findings: list[str] = []
    notes: list[str] = []
    with replica.read() as con:
        checked = _check_dates(con, dates, set(days), theirs)
        findings += unlisted_seasons.in_rows(con, dates, set(days))
    for name, columns in live.items():
        if columns is None:
            continue
        # What is not written here may be missing there.
        declared = replace(tables.tables()[name], unwritten=())
        differing = compare_columns(declared, columns)
        # A pull fills a missing column with NULL and casts without loss; a push can do neither.
        missing = [text for text in differing if text.endswith("is missing")]
        stops = missing if name == tables.STORE else []
        findings += [f"{name}: {text}" for text in stops]
        notes += [f"{name}: {text}" for text in differing if text not in stops]
    findings += _disk(replica, sum(found.rows for found in checked))
    without = [found.day for found in checked if found.has_injuries is False]
    if without:
        notes.append(f"no injury report names {len(without)} dates: {date_ranges.shown(without)}")
    return Preflight(checked, tuple(findings), tuple(notes))


_LOOKED_AT = (tables.SUMMARY, tables.INJURIES, tables.STORE)


def _check_dates(
    con: duckdb.DuckDBPyConnection,
    dates: DateRange,
    days: set[date],
    theirs: Mapping[date, Partition],
) -> tuple[DateCheck, ...]:
    values = {"start": dates.start, "end": dates.end}
    held = ledger.held(con, tables.tables()[tables.SUMMARY], dates)
    opponents = dict(con.execute(_TEAMS, values).fetchall())
    reported = {row[0] for row in con.execute(_INJURIES, values).fetchall()}
    found = []
    for day in sorted(days):
        rows = held[day].rows if day in held else 0
        expected = theirs[day].rows if day in theirs else rows
        if expected:
            share = 100 * min(rows / expected, 1.0)
            has_injuries = day in reported if reported else None
            found.append(DateCheck(day, rows, share, opponents.get(day, 0.0), has_injuries))
    return tuple(found)


def _disk(replica: Replica, rows: int) -> list[str]:
    free = shutil.disk_usage(replica.path.parent).free
    needed = rows * BYTES_PER_ROW + SPARE_BYTES
    if free >= needed:
        return []
    return [f"{replica.path.parent}: {free / 1e6:,.0f} MB free, about {needed / 1e6:,.0f} needed"]
