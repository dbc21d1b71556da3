"""What the replica knows about its partitions: the tables of schema ``featurestore``.

The outbox is in `sync.replica.outbox`, the computed dates in `sync.replica.computed`, the tables'
declarations in `sync.replica.migrations`. Only this folder contains the names of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.sql_text import Sql, sql
from sync.tokens import tag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import duckdb

    from sync.model import DateRange, Partition, Table

# The ledger's tables, for statements elsewhere that join them with other tables.
BACKFILL_DATES = Sql("featurestore.backfill_dates")
COMPUTED = Sql("featurestore.computed")
JOBS = Sql("featurestore.jobs")
PARITY = Sql("featurestore.parity")
PARTITIONS = Sql("featurestore.partitions")
PUSHED = Sql("featurestore.pushed")


@dataclass(frozen=True, slots=True)
class Held:
    """A ledger row: one pulled date; ``token`` is the source's version at ``pulled_at``."""

    day: date
    rows: int
    token: str
    pulled_at: datetime | None = None


def held(con: duckdb.DuckDBPyConnection, table: Table, dates: DateRange) -> dict[date, Held]:
    """The pulled dates of a range, the empty ones included."""
    rows = con.execute(
        """SELECT partition_date, rows, source_token, pulled_at FROM featurestore.partitions
        WHERE table_name = ? AND partition_date BETWEEN ? AND ? ORDER BY partition_date""",
        [table.full_name, dates.start, dates.end],
    ).fetchall()
    return {row[0]: Held(*row) for row in rows}


def record_columns(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
    """Record the columns behind a token's tag; may be repeated."""
    con.execute(
        "INSERT INTO featurestore.token_columns VALUES (?, ?) ON CONFLICT DO NOTHING",
        [tag(names), list(names)],
    )


def columns_of(con: duckdb.DuckDBPyConnection, column_tag: str) -> tuple[str, ...] | None:
    """The columns behind a tag, or None for one that was never recorded."""
    rows = con.execute(
        "SELECT names FROM featurestore.token_columns WHERE tag = ?", [column_tag]
    ).fetchall()
    return tuple(rows[0][0]) if rows else None


def missing_dates(
    con: duckdb.DuckDBPyConnection, table_name: str, dates: DateRange
) -> tuple[date, ...]:
    """The dates of a range that were never pulled, ascending."""
    rows = con.execute(
        """SELECT day::DATE FROM range($start::DATE, $end::DATE + 1, INTERVAL 1 DAY) AS r(day)
        ANTI JOIN featurestore.partitions AS held
            ON held.table_name = $table AND held.partition_date = day::DATE
        ORDER BY day""",
        {"start": dates.start, "end": dates.end, "table": table_name},
    ).fetchall()
    return tuple(row[0] for row in rows)


def known_etag(
    con: duckdb.DuckDBPyConnection, table: Table, url: str, dates: DateRange
) -> str | None:
    """The etag under which the whole range was last proven equal to the ledger, if any."""
    row = con.execute(
        """SELECT etag FROM featurestore.sources
        WHERE table_name = ? AND warehouse_url = ? AND start_date <= ? AND end_date >= ?""",
        [table.full_name, url, dates.start, dates.end],
    ).fetchone()
    return row[0] if row else None


def forget_other_etags(con: duckdb.DuckDBPyConnection, table: Table, url: str, etag: str) -> None:
    """Forget what was proven under another etag or for another warehouse.

    Call it in each transaction that changes the table's pulled rows: otherwise an older pull that
    ends late, or one from another warehouse, would leave rows that count as proven.
    """
    con.execute(
        "DELETE FROM featurestore.sources WHERE table_name = ?"
        " AND (warehouse_url <> ? OR etag <> ?)",
        [table.full_name, url, etag],
    )


def record_etag(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    url: str,
    etag: str,
    dates: DateRange,
    checked_at: datetime,
) -> None:
    """Record that the range equals the warehouse's under ``etag``.

    A range that touches the one under the same etag extends it; any other replaces it.
    """
    con.execute(
        """INSERT INTO featurestore.sources VALUES ($table, $url, $etag, $start, $end, $at)
        ON CONFLICT DO UPDATE SET
            start_date = CASE WHEN etag = excluded.etag
                AND start_date <= excluded.end_date + 1 AND end_date >= excluded.start_date - 1
                THEN least(start_date, excluded.start_date) ELSE excluded.start_date END,
            end_date = CASE WHEN etag = excluded.etag
                AND start_date <= excluded.end_date + 1 AND end_date >= excluded.start_date - 1
                THEN greatest(end_date, excluded.end_date) ELSE excluded.end_date END,
            etag = excluded.etag, checked_at = excluded.checked_at""",
        {
            "table": table.full_name,
            "url": url,
            "etag": etag,
            "start": dates.start,
            "end": dates.end,
            "at": checked_at,
        },
    )


def record_empty(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    days: list[date],
    pulled_at: datetime,
    job_id: str,
) -> None:
    """Record dates as empty, proven at ``pulled_at``."""
    con.execute(
        """INSERT OR REPLACE INTO featurestore.partitions
        SELECT $table, unnest($days::DATE[]), 0, '', '', NULL, $at::TIMESTAMPTZ, $job""",
        {"table": table.full_name, "days": days, "at": pulled_at, "job": job_id},
    )


def record_partitions(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    partitions: list[Partition],
    digests: Sql,
    pulled_at: datetime,
    job_id: str,
) -> None:
    """Record pulled dates; ``digests`` is a SELECT of (partition_date, rows, digest)."""
    con.execute(
        sql(
            """INSERT OR REPLACE INTO featurestore.partitions
        SELECT $table, local.partition_date, local.rows, local.digest, found.token,
            found.modified_at, $at::TIMESTAMPTZ, $job
        FROM ({}) AS local
        JOIN (SELECT unnest($days::DATE[]) AS day, unnest($tokens::VARCHAR[]) AS token,
            unnest($modified::TIMESTAMPTZ[]) AS modified_at) AS found
            ON found.day = local.partition_date""",
            digests,
        ),
        {
            "table": table.full_name,
            "days": [partition.day for partition in partitions],
            "tokens": [partition.token for partition in partitions],
            "modified": [partition.modified_at for partition in partitions],
            "at": pulled_at,
            "job": job_id,
        },
    )
