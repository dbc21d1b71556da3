"""Computed dates whose rows may be others now: a partition was corrected, or the SQL is another.

From the ledger alone: it knows which partition changed, not which of its rows. So this is what
can be told:

* A date without rows depends on nothing but its own partition: nothing is computed for it.
* A date with rows depends on every summary row of the 365 days before it. No game can be left
  out by its players or teams: the shot zone features compare with the whole league's shooting of
  the season, and a row that left the partition in the correction is held no more, so that whom a
  player met, or for whom he played, cannot be told from what stands.
* The same holds for injury reports: which dates the replaced report named cannot be told.

* Dates whose rows another SQL computed than the one here: ``other_sql_dates``.

To compute all of them costs one statement over the range; the push sends only what came out
otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.definitions.sql_files import lookback_days
from sync.duck.quoting import quote_literal
from sync.model import DateRange

if TYPE_CHECKING:
    from datetime import date

    import duckdb


def input_digests_sql() -> str:
    """SELECT of (partition_date, digest): all that a date's features were computed from.

    Changes when any pulled partition of the date or of its lookback does. Parameters: $start,
    $end, $lookback (days).
    """
    return """
        SELECT partition_date, sum(hash(table_name, partition_date, digest)::HUGEINT) OVER (
            ORDER BY partition_date RANGE BETWEEN to_days($lookback::INTEGER) PRECEDING
            AND CURRENT ROW)::VARCHAR AS digest
        FROM featurestore.partitions
        WHERE table_name IN ('nba_analytics.player_game_summary', 'nba_raw.nbac_injury_report')
            AND partition_date BETWEEN $start::DATE - $lookback::INTEGER AND $end::DATE
        QUALIFY row_number() OVER (PARTITION BY partition_date ORDER BY table_name) = 1
    """


def stale_sql() -> str:
    """SELECT of (partition_date): computed dates whose rows may be others now.

    They depend on a partition that changed since, or another SQL computed them than the one here.
    Parameters: $start, $end (both included), $lookback (days).
    """
    return f"""
        SELECT computed.partition_date
        FROM featurestore.computed AS computed
        LEFT JOIN ({input_digests_sql()}) AS inputs USING (partition_date)
        WHERE computed.partition_date BETWEEN $start AND $end
            AND (computed.rows > 0 AND computed.sql_digest != {quote_literal(plan.sql_digest())}
                OR inputs.digest != computed.input_digest
                AND (computed.rows > 0 OR EXISTS (
                    SELECT 1 FROM featurestore.partitions AS held
                    WHERE held.table_name = 'nba_analytics.player_game_summary'
                        AND held.partition_date = computed.partition_date
                        AND held.pulled_at >= computed.computed_at)))
        ORDER BY 1
    """


def stale_dates(con: duckdb.DuckDBPyConnection, dates: DateRange) -> tuple[date, ...]:
    """The stale dates of a range, ascending; empty where nothing was computed."""
    values = {"start": dates.start, "end": dates.end, "lookback": lookback_days()}
    return tuple(row[0] for row in con.execute(stale_sql(), values).fetchall())


def other_sql_dates(con: duckdb.DuckDBPyConnection) -> tuple[date, ...]:
    """All dates with rows that another SQL computed than the one here, ascending."""
    rows = con.execute(
        """SELECT partition_date FROM featurestore.computed
        WHERE rows > 0 AND sql_digest != ? ORDER BY 1""",
        [plan.sql_digest()],
    ).fetchall()
    return tuple(day for (day,) in rows)


def every_stale_date(con: duckdb.DuckDBPyConnection) -> tuple[date, ...]:
    """The stale dates among all computed ones, ascending."""
    first, last = con.execute(
        "SELECT min(partition_date), max(partition_date) FROM featurestore.computed"
    ).fetchall()[0]
    return () if first is None else stale_dates(con, DateRange(first, last))
