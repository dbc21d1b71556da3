"""Computed dates whose rows may be out of date: a partition was corrected, or the SQL changed.

This follows from the ledger alone, which knows that a partition changed, but not which rows:

* A date without rows depends only on its own partition: nothing is computed for it.
* A date with rows depends on every summary row of the 365 days before it. Games of other players
  and teams count, too: the shot zone features compare with the league's shooting of the season, and
  a row that a correction removed no longer says which player and teams it was about.
* The same holds for injury reports: the dates in the replaced report are unknown.
* Dates with rows that were computed by different SQL are stale, too: ``other_sql_dates``.

Computing all of them takes one statement over the range; a push sends only the dates whose rows
differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.definitions import tables
from featurestore.definitions.sql_files import lookback_days
from sync.duck.quoting import quote_literal
from sync.replica import ledger
from sync.replica.computed import computed_by_other_sql, computed_range
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from sync.model import DateRange


def input_digests_sql() -> Sql:
    """SELECT of (partition_date, digest): the digest of all inputs of a date's features.

    It changes with any pulled partition of the date or of its lookback. Parameters: $start, $end,
    $lookback (days).
    """
    return sql(
        """
        SELECT partition_date, sum(hash(table_name, partition_date, digest)::HUGEINT) OVER (
            ORDER BY partition_date RANGE BETWEEN to_days($lookback::INTEGER) PRECEDING
            AND CURRENT ROW)::VARCHAR AS digest
        FROM {}
        WHERE table_name IN ({}, {})
            AND partition_date BETWEEN $start::DATE - $lookback::INTEGER AND $end::DATE
        QUALIFY row_number() OVER (PARTITION BY partition_date ORDER BY table_name) = 1
        """,
        ledger.PARTITIONS,
        quote_literal(tables.SUMMARY),
        quote_literal(tables.INJURIES),
    )


def stale_sql() -> Sql:
    """SELECT of (partition_date): computed dates whose rows may be out of date.

    A partition that they depend on has changed, or they were computed by different SQL.
    Parameters: $start, $end (both included), $lookback (days).
    """
    return sql(
        """
        SELECT computed.partition_date
        FROM {computed} AS computed
        LEFT JOIN ({inputs}) AS inputs USING (partition_date)
        WHERE computed.partition_date BETWEEN $start AND $end
            AND (computed.rows > 0 AND computed.sql_digest != {sql_digest}
                OR inputs.digest != computed.input_digest
                AND (computed.rows > 0 OR EXISTS (
                    SELECT 1 FROM {partitions} AS held
                    WHERE held.table_name = {summary}
                        AND held.partition_date = computed.partition_date
                        AND held.pulled_at >= computed.computed_at)))
        ORDER BY 1
        """,
        computed=ledger.COMPUTED,
        inputs=input_digests_sql(),
        sql_digest=quote_literal(plan.sql_digest()),
        partitions=ledger.PARTITIONS,
        summary=quote_literal(tables.SUMMARY),
    )


def stale_dates(con: duckdb.DuckDBPyConnection, dates: DateRange) -> tuple[date, ...]:
    """The stale dates of a range, ascending."""
    values = {"start": dates.start, "end": dates.end, "lookback": lookback_days()}
    return tuple(row[0] for row in con.execute(stale_sql(), values).fetchall())


def other_sql_dates(con: duckdb.DuckDBPyConnection) -> tuple[date, ...]:
    """All dates with rows that were computed by different SQL than the present, ascending."""
    return computed_by_other_sql(con, plan.sql_digest())


def every_stale_date(con: duckdb.DuckDBPyConnection) -> tuple[date, ...]:
    """All stale dates, ascending."""
    dates = computed_range(con)
    return () if dates is None else stale_dates(con, dates)
