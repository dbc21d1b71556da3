"""How many of the due rows are stored, by date, month and season, and why others are missing.

Due are the rows of ``target`` in ``sql/features``: one for each player and date of the summary,
even if the warehouse has several. The counting is in ``sql/reports/coverage_*.sql``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from featurestore.compute.relations import translated
from featurestore.definitions import sql_files, tables
from sync.duck import connections
from sync.errors import Refused
from sync.replica import ledger
from sync.replica.file import replica_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import duckdb

    from featurestore.compute.relations import Step
    from sync.model import DateRange
    from sync.replica.file import Replica

By = Literal["all", "season", "month", "date"]
Store = Literal["local", "warehouse"]

PERIODS = "coverage_period"
REASONS = "coverage_reason"
VERSIONS = "coverage_version"
_MISSING = """SELECT game_date::VARCHAR, player_lookup, coalesce(reason, 'unlogged')
    FROM coverage_row WHERE state = 'missing' ORDER BY game_date, player_lookup"""
_TYPES = {"start_date": "DATE", "end_date": "DATE", "bootstrap_days": "INT64", "by": "STRING"}


@dataclass(frozen=True, slots=True)
class Period:
    """One line of the report; ``target_rows`` is stored, missing and bootstrap rows together.

    Attributes:
        period: ``2025-01-15``, ``2025-01``, ``2024-25`` or ``all``.
        season: Its first season, such as ``2024-25``; None outside the calendar.
        target_rows: Players and dates of the game summary.
        store_rows: Those with a store row.
        missing_rows: Those without a store row, if one is due.
        coverage_pct: Stored share of the due rows, 0 to 100; None if none is due.
        bootstrap_rows: Those of a season's first days without a store row; none is due.
        no_sources_rows: Those whose store row lacks its sources; also counted as stored.
        stale_rows: Store rows without a summary row.
        injured_rows: Store rows written for listed players without a summary row.
        listed_rows: Such players without a store row, from the open gaps.
        reasons: Missing rows by reason; ``unlogged`` without an open gap.
    """

    period: str
    season: str | None
    target_rows: int
    store_rows: int
    missing_rows: int
    coverage_pct: float | None
    bootstrap_rows: int
    no_sources_rows: int
    stale_rows: int
    injured_rows: int
    listed_rows: int
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def shown_pct(self) -> float | None:
        """``coverage_pct`` for display with two decimals: below 100 while a row is missing."""
        if self.coverage_pct is None or not self.missing_rows:
            return self.coverage_pct
        return min(self.coverage_pct, 99.99)


@dataclass(frozen=True, slots=True)
class Missing:
    """A player and date without a due store row; the reason is ``unlogged`` without an open gap."""

    player_lookup: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """Rows of one version of the features in the range; None if the rows name no version."""

    feature_version: str | None
    rows: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Coverage:
    """The report of a range.

    Attributes:
        dates: Both ends included.
        store: Whether computed rows were counted, or those pulled from the warehouse.
        unknown: Dates of the range that were never pulled; their rows are not counted.
        tables: Lines by period, ascending; periods without rows are left out.
        missing: Date (``YYYY-MM-DD``) to the missing rows, by player.
        versions: The stored rows of the range by version of the features.
    """

    dates: DateRange
    store: Store
    unknown: tuple[date, ...]
    tables: Mapping[By, tuple[Period, ...]]
    missing: Mapping[str, tuple[Missing, ...]] = field(default_factory=dict)
    versions: tuple[StoredVersion, ...] = ()

    @property
    def missing_rows(self) -> int:
        """Missing rows of the whole range, without bootstrap."""
        return sum(period.missing_rows for period in self.tables["all"])


def coverage(
    replica: Replica,
    dates: DateRange,
    *,
    bootstrap_days: int,
    by: Sequence[By] = ("month",),
    store: Store = "local",
) -> Coverage:
    """Count a range, set by set; the whole range (``all``) and each date are always counted.

    Args:
        replica: Holds the range's summary partitions, and the rows to count.
        dates: Both ends included.
        bootstrap_days: Days at the start of a season that need no rows.
        by: Additional tables to make.
        store: ``local`` counts the rows computed here, ``warehouse`` the pulled ones.

    Raises:
        Refused: no date of the range was ever pulled.
    """
    values = {"start_date": dates.start, "end_date": dates.end, "bootstrap_days": bootstrap_days}
    inputs, periods, reasons, by_version = _steps(store)
    with replica.read() as con:
        unknown = _unknown_dates(con, dates, store)
        for step in inputs:
            connections.run(con, step.create_sql, step.chosen(values))
        # Without its summary every store row of a date would look stale.
        con.execute(
            "DELETE FROM coverage_row WHERE game_date IN (SELECT unnest($days::DATE[]))",
            {"days": list(unknown)},
        )
        tables: dict[By, tuple[Period, ...]] = {}
        for grouping in dict.fromkeys(("all", *by, "date")):
            counts: dict[str, dict[str, int]] = {}
            for period, reason, count, _ in con.execute(reasons.sql, {"by": grouping}).fetchall():
                counts.setdefault(period, {})[reason] = count
            lines = con.execute(periods.sql, {"by": grouping}).fetchall()
            tables[grouping] = tuple(Period(*(*line, counts.get(line[0], {}))) for line in lines)
        missing: dict[str, tuple[Missing, ...]] = {}
        for day, player, reason in con.execute(_MISSING).fetchall():
            missing[day] = (*missing.get(day, ()), Missing(player, reason))
        found_versions = con.execute(by_version.sql, by_version.chosen(values)).fetchall()
    versions = tuple(StoredVersion(*row) for row in found_versions)
    return Coverage(dates, store, unknown, tables, missing, versions)


@lru_cache(maxsize=2)
def _steps(store: Store) -> tuple[tuple[Step, ...], Step, Step, Step]:
    """The inputs of the reports, then the reports by period, by reason and by version."""
    table = replica_table(tables.tables()[tables.STORE]) if store == "warehouse" else tables.STORE
    files = [*sql_files.load("features"), *sql_files.load("reports")]
    types = tables.column_types()
    steps = translated(
        [PERIODS, REASONS, VERSIONS],
        [replace(file, text=file.text.replace(tables.STORE, table)) for file in files],
        columns=types | {table: types[tables.STORE]},
        parameters=_TYPES,
    )
    by_name = {step.name: step for step in steps}
    inputs = tuple(step for step in steps if step.name not in (PERIODS, REASONS, VERSIONS))
    return inputs, by_name[PERIODS], by_name[REASONS], by_name[VERSIONS]


def _unknown_dates(
    con: duckdb.DuckDBPyConnection, dates: DateRange, store: Store
) -> tuple[date, ...]:
    needed = (tables.SUMMARY, tables.STORE) if store == "warehouse" else (tables.SUMMARY,)
    unknown: set[date] = set()
    for table in needed:
        missing = ledger.missing_dates(con, table, dates)
        if len(missing) == dates.days:
            flags = "".join(f" --table {name}" for name in needed)
            raise Refused(
                f"{table}: no date from {dates.start} to {dates.end} was ever pulled",
                hint=f"featurestore pull --start-date {dates.start} --end-date {dates.end}{flags}",
                table=table,
                missing=len(missing),
            )
        unknown.update(missing)
    return tuple(sorted(unknown))
