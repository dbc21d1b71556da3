"""What the replica knows about its own partitions: the tables of schema ``featurestore``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.tokens import tag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import duckdb

    from sync.model import DateRange, Partition, Table

VERSION = 4

# One list a version: migrating from version n runs the lists n + 1 and up, in one transaction.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE SCHEMA IF NOT EXISTS featurestore",
        "CREATE SCHEMA IF NOT EXISTS upstream",
        """CREATE TABLE featurestore.meta (
            version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL)""",
        # One row for each date that was ever pulled; rows = 0: empty, proven at that moment.
        """CREATE TABLE featurestore.partitions (
            table_name VARCHAR, partition_date DATE, rows BIGINT NOT NULL, digest VARCHAR NOT NULL,
            source_token VARCHAR NOT NULL, source_modified_at TIMESTAMPTZ,
            pulled_at TIMESTAMPTZ NOT NULL, job_id VARCHAR NOT NULL,
            PRIMARY KEY (table_name, partition_date))""",
        # Under this etag of the warehouse's table, the range is equal to the ledger.
        """CREATE TABLE featurestore.sources (
            table_name VARCHAR, warehouse_url VARCHAR, etag VARCHAR NOT NULL,
            start_date DATE NOT NULL, end_date DATE NOT NULL, checked_at TIMESTAMPTZ NOT NULL,
            PRIMARY KEY (table_name, warehouse_url))""",
        """CREATE TABLE featurestore.computed (
            partition_date DATE PRIMARY KEY, rows BIGINT NOT NULL, sql_digest VARCHAR NOT NULL,
            input_digest VARCHAR NOT NULL, computed_at TIMESTAMPTZ NOT NULL, run_id VARCHAR)""",
        """CREATE TABLE featurestore.outbox (
            job_id VARCHAR PRIMARY KEY, warehouse_url VARCHAR NOT NULL, target VARCHAR NOT NULL,
            dates DATE[] NOT NULL, rows BIGINT NOT NULL, digest VARCHAR NOT NULL,
            prune BOOLEAN NOT NULL, expected VARCHAR NOT NULL, parquet_path VARCHAR NOT NULL,
            state VARCHAR NOT NULL, created_at TIMESTAMPTZ NOT NULL,
            finished_at TIMESTAMPTZ, error VARCHAR)""",
        """CREATE TABLE featurestore.pushed (
            target VARCHAR, warehouse_url VARCHAR, partition_date DATE, digest VARCHAR NOT NULL,
            token VARCHAR, rows BIGINT NOT NULL, pushed_at TIMESTAMPTZ NOT NULL,
            job_id VARCHAR NOT NULL,
            PRIMARY KEY (target, warehouse_url, partition_date))""",
    ),
    (
        # What each job of a warehouse cost: a run's budget and the bill are told from here.
        """CREATE TABLE featurestore.jobs (
            job_id VARCHAR PRIMARY KEY, warehouse_url VARCHAR NOT NULL, run_id VARCHAR,
            kind VARCHAR NOT NULL, subject VARCHAR NOT NULL, scanned_bytes BIGINT NOT NULL,
            billed_bytes BIGINT NOT NULL, seconds DOUBLE NOT NULL,
            finished_at TIMESTAMPTZ NOT NULL)""",
        # How far a backfill got with each date: pending, done, failed or skipped; options names
        # the SQL and the settings under which.
        """CREATE TABLE featurestore.backfill_dates (
            partition_date DATE PRIMARY KEY, state VARCHAR NOT NULL, attempts INTEGER NOT NULL,
            error VARCHAR, run_id VARCHAR, options VARCHAR NOT NULL,
            updated_at TIMESTAMPTZ NOT NULL)""",
        # Comparisons of the two engines; one stands while the SQL and the versions are these.
        """CREATE TABLE featurestore.parity (
            checked_at TIMESTAMPTZ NOT NULL, start_date DATE NOT NULL, end_date DATE NOT NULL,
            sql_digest VARCHAR NOT NULL, sqlglot_version VARCHAR NOT NULL,
            duckdb_version VARCHAR NOT NULL, warehouse_url VARCHAR, constructs INTEGER NOT NULL,
            unproven VARCHAR[] NOT NULL, rows BIGINT, differences JSON)""",
    ),
    (
        # What the tag at the end of a token stands for: see sync.tokens.
        """CREATE TABLE featurestore.token_columns (tag VARCHAR PRIMARY KEY, names VARCHAR[])""",
    ),
    (
        # The options that a date's rows depend on, as a JSON object; NULL: computed before they
        # were recorded.
        "ALTER TABLE featurestore.computed ADD COLUMN options VARCHAR",
    ),
)
# From this version on, a warehouse is named by its identity.
IDENTITIES = 3


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


def remember_columns(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
    """Record what a token's tag stands for; may be repeated."""
    con.execute(
        "INSERT INTO featurestore.token_columns VALUES (?, ?) ON CONFLICT DO NOTHING",
        [tag(names), list(names)],
    )


def columns_of(con: duckdb.DuckDBPyConnection, wanted: str) -> tuple[str, ...] | None:
    """The columns behind a tag, or None for one that was never recorded."""
    rows = con.execute(
        "SELECT names FROM featurestore.token_columns WHERE tag = ?", [wanted]
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

    Belongs into each transaction that changes the table's pulled rows: an older pull that ends
    late, or one from another warehouse, would else leave rows behind that pass as proven.
    """
    con.execute(
        "DELETE FROM featurestore.sources WHERE table_name = ?"
        " AND (warehouse_url <> ? OR etag <> ?)",
        [table.full_name, url, etag],
    )


def remember_etag(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    url: str,
    etag: str,
    dates: DateRange,
    checked_at: datetime,
) -> None:
    """Record that the range equals the warehouse's under ``etag``.

    A range that touches the one known under the same etag widens it; any other replaces it.
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


def remember_empty(
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


def remember_partitions(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    partitions: list[Partition],
    digests: str,
    pulled_at: datetime,
    job_id: str,
) -> None:
    """Record pulled dates; ``digests`` is a SELECT of (partition_date, rows, digest)."""
    con.execute(
        f"""INSERT OR REPLACE INTO featurestore.partitions
        SELECT $table, local.partition_date, local.rows, local.digest, found.token,
            found.modified_at, $at::TIMESTAMPTZ, $job
        FROM ({digests}) AS local
        JOIN (SELECT unnest($days::DATE[]) AS day, unnest($tokens::VARCHAR[]) AS token,
            unnest($modified::TIMESTAMPTZ[]) AS modified_at) AS found
            ON found.day = local.partition_date""",
        {
            "table": table.full_name,
            "days": [partition.day for partition in partitions],
            "tokens": [partition.token for partition in partitions],
            "modified": [partition.modified_at for partition in partitions],
            "at": pulled_at,
            "job": job_id,
        },
    )
