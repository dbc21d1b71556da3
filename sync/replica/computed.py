"""The ledger's computed dates, and what they were computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.model import DateRange

if TYPE_CHECKING:
    from datetime import date, datetime

    import duckdb


@dataclass(frozen=True, slots=True)
class ComputedDate:
    """When a date was computed, and the digest of the SQL that computed it."""

    computed_at: datetime
    sql_digest: str


def computed_dates(con: duckdb.DuckDBPyConnection, dates: DateRange) -> tuple[date, ...]:
    """The computed dates of a range, ascending, the empty ones included."""
    rows = con.execute(
        """SELECT partition_date FROM featurestore.computed
        WHERE partition_date BETWEEN ? AND ? ORDER BY 1""",
        [dates.start, dates.end],
    ).fetchall()
    return tuple(day for (day,) in rows)


def computed_range(con: duckdb.DuckDBPyConnection) -> DateRange | None:
    """From the first computed date to the last; None if there are none."""
    first, last = con.execute(
        "SELECT min(partition_date), max(partition_date) FROM featurestore.computed"
    ).fetchall()[0]
    return None if first is None else DateRange(first, last)


def computed_date(con: duckdb.DuckDBPyConnection, day: date) -> ComputedDate | None:
    """The record of a date; None if it was never computed."""
    row = con.execute(
        "SELECT computed_at, sql_digest FROM featurestore.computed WHERE partition_date = ?", [day]
    ).fetchone()
    return ComputedDate(*row) if row else None


@dataclass(frozen=True, slots=True)
class ComputedBy:
    """The dates with rows that were computed by SQL with one digest, and their rows."""

    sql_digest: str
    dates: int
    rows: int
    first: date
    last: date


def computed_by(con: duckdb.DuckDBPyConnection) -> tuple[ComputedBy, ...]:
    """The computed dates with rows by the digest of their SQL, the newest SQL first."""
    rows = con.execute(
        """SELECT sql_digest, count(*), sum(rows)::BIGINT, min(partition_date), max(partition_date)
        FROM featurestore.computed WHERE rows > 0
        GROUP BY sql_digest ORDER BY max(computed_at) DESC, sql_digest"""
    ).fetchall()
    return tuple(ComputedBy(*row) for row in rows)


def computed_by_other_sql(con: duckdb.DuckDBPyConnection, sql_digest: str) -> tuple[date, ...]:
    """The dates with rows that were computed by SQL with another digest, ascending."""
    rows = con.execute(
        """SELECT partition_date FROM featurestore.computed
        WHERE rows > 0 AND sql_digest <> ? ORDER BY 1""",
        [sql_digest],
    ).fetchall()
    return tuple(day for (day,) in rows)
