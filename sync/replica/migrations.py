"""The tables of the ledger, as the steps that create them. Pure."""

from __future__ import annotations

VERSION = 6

# A list for each version: migrating from version n runs the lists from n + 1, in one transaction.
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
        # What each job of a warehouse cost: a run's budget and the bill are added up from here.
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
        # Comparisons of the two engines; one holds while SQL and versions are the same.
        """CREATE TABLE featurestore.parity (
            checked_at TIMESTAMPTZ NOT NULL, start_date DATE NOT NULL, end_date DATE NOT NULL,
            sql_digest VARCHAR NOT NULL, sqlglot_version VARCHAR NOT NULL,
            duckdb_version VARCHAR NOT NULL, warehouse_url VARCHAR, constructs INTEGER NOT NULL,
            unproven VARCHAR[] NOT NULL, rows BIGINT, differences JSON)""",
    ),
    (
        # The columns behind the tag at the end of a token: see sync.tokens.
        """CREATE TABLE featurestore.token_columns (tag VARCHAR PRIMARY KEY, names VARCHAR[])""",
    ),
    (
        # The options that a date's rows depend on, as a JSON object; NULL: computed before they
        # were recorded.
        "ALTER TABLE featurestore.computed ADD COLUMN options VARCHAR",
    ),
    (
        # Which SQL computed the rows of an entry: a JSON object of digest to version. Of entries
        # made before, what the ledger still knows: the version is empty, or all is NULL.
        "ALTER TABLE featurestore.outbox ADD COLUMN sql_versions VARCHAR",
        """UPDATE featurestore.outbox AS entry SET sql_versions = known.versions
        FROM (
            SELECT job_id, json_group_object(sql_digest, '')::VARCHAR AS versions
            FROM (
                SELECT DISTINCT posted.job_id, computed.sql_digest
                FROM (SELECT job_id, created_at, unnest(dates) AS day FROM featurestore.outbox)
                    AS posted
                INNER JOIN featurestore.computed AS computed
                    ON computed.partition_date = posted.day AND computed.rows > 0
                    AND computed.computed_at <= posted.created_at)
            GROUP BY job_id) AS known
        WHERE known.job_id = entry.job_id""",
    ),
    # The name of a pushed table may be a view over what its owner keeps: an older program, which
    # would write into a table, refuses the file.
    (),
)
# From this version on, a warehouse is named by its identity.
IDENTITIES = 3
