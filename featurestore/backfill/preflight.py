"""Checks, before a range is computed, that its inputs are complete."""

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
    """How complete one date with games is.

    Attributes:
        day: The date.
        rows: Summary rows in the replica.
        rows_pct: The same as a share of the warehouse's rows.
        opponents_pct: Share of the teams whose opponent has rows, too.
        has_injuries: Whether there is an injury report for the date; None if the range has none.
    """

    day: date
    rows: int
    rows_pct: float
    opponents_pct: float
    has_injuries: bool | None

    @property
    def share_pct(self) -> float:
        """The smaller of the two shares; a date may be without an injury report."""
        return min(self.rows_pct, self.opponents_pct)


@dataclass(frozen=True, slots=True)
class Preflight:
    """The result of the check of a range.

    Attributes:
        dates: Every date with rows, here or in the warehouse, ascending.
        findings: What stops the backfill, such as a column that the warehouse lacks.
        notes: What does not stop it.
    """

    dates: tuple[DateCheck, ...]
    findings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def incomplete(self) -> tuple[DateCheck, ...]:
        """Dates that are less than 95 % complete."""
        return tuple(check for check in self.dates if check.share_pct < LEAST_SHARE_PCT)

    def require(self, dates: DateRange) -> None:
        """Refuse an incomplete range.

        Raises:
            Refused: a date is incomplete, or there are findings.
        """
        wrong = list(self.findings)
        if self.incomplete:
            worst = min(self.incomplete, key=lambda check: check.share_pct)
            wrong.append(
                f"{len(self.incomplete)} of {len(self.dates)} dates are incomplete:"
                f" {date_ranges.shown(check.day for check in self.incomplete)};"
                f" {worst.day} has {worst.rows_pct:.0f} % of its rows and"
                f" {worst.opponents_pct:.0f} % of its opponents"
            )
        if wrong:
            raise Refused(
                f"preflight {dates}: {'; '.join(wrong)}",
                hint="fix what is named, or run the same command with --skip-preflight",
                incomplete={str(check.day): check.share_pct for check in self.incomplete},
                findings=list(self.findings),
            )


# One row a date. A team without opponent_team_abbr counts as complete.
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
    """Check the inputs of some days, ascending; changes nothing.

    Reads the keys from the first day to the last once, and the warehouse's row counts and columns,
    without a scan of its tables.
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
        # Columns that are not written may be missing in the warehouse.
        declared = replace(tables.tables()[name], unwritten=())
        differing = compare_columns(declared, columns)
        # A pull fills a missing column with NULL and casts without loss; a push can do neither.
        missing = [text for text in differing if text.endswith("is missing")]
        stops = missing if name == tables.STORE else []
        findings += [f"{name}: {text}" for text in stops]
        notes += [f"{name}: {text}" for text in differing if text not in stops]
    findings += _disk(replica, sum(check.rows for check in checked))
    without = [check.day for check in checked if check.has_injuries is False]
    if without:
        shown = date_ranges.shown(without)
        notes.append(f"dates without an injury report ({len(without)}): {shown}")
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
    checks = []
    for day in sorted(days):
        rows = held[day].rows if day in held else 0
        expected = theirs[day].rows if day in theirs else rows
        if expected:
            share = 100 * min(rows / expected, 1.0)
            has_injuries = day in reported if reported else None
            checks.append(DateCheck(day, rows, share, opponents.get(day, 0.0), has_injuries))
    return tuple(checks)


def _disk(replica: Replica, rows: int) -> list[str]:
    free = shutil.disk_usage(replica.path.parent).free
    needed = rows * BYTES_PER_ROW + SPARE_BYTES
    if free >= needed:
        return []
    folder = replica.path.parent
    return [f"{folder}: {free / 1e6:,.0f} MB free, about {needed / 1e6:,.0f} MB needed"]
