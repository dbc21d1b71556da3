"""How far a backfill got with each date: the ledger's table of backfilled dates.

A state does not prove that a date's rows are right: :func:`settled_sql` accepts ``done`` only where
the ledger of computed dates agrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from featurestore.clock import utc_now
from featurestore.compute.staleness import stale_sql
from featurestore.definitions import tables
from featurestore.definitions.sql_files import lookback_days
from sync.duck.quoting import quote_literal
from sync.replica import ledger
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    import duckdb

    from sync.model import DateRange
    from sync.replica.file import Replica

State = Literal["pending", "done", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class DateState:
    """One date of a backfill; ``attempts`` counts how often it was started."""

    day: date
    state: State
    attempts: int
    error: str | None
    updated_at: datetime


def plan(con: duckdb.DuckDBPyConnection, days: Collection[date]) -> None:
    """Record dates that no backfill has started as pending; the others keep their state."""
    con.execute(
        sql(
            """INSERT INTO {} (partition_date, state, attempts, options, updated_at)
            SELECT unnest($days::DATE[]), 'pending', 0, '', $at::TIMESTAMPTZ
            ON CONFLICT DO NOTHING""",
            ledger.BACKFILL_DATES,
        ),
        {"days": sorted(days), "at": utc_now()},
    )


def mark_sql() -> Sql:
    """INSERT or UPDATE of the states of some dates.

    Parameters: $days, $state, $error, $run_id, $options, $at.
    """
    return sql(
        """
        INSERT INTO {}
            (partition_date, state, attempts, error, run_id, options, updated_at)
        SELECT unnest($days::DATE[]), $state, 1, $error, $run_id, $options, $at::TIMESTAMPTZ
        ON CONFLICT DO UPDATE SET
            state = excluded.state, error = excluded.error, run_id = excluded.run_id,
            options = excluded.options, updated_at = excluded.updated_at,
            attempts = attempts + CASE WHEN excluded.state = 'pending' THEN 1 ELSE 0 END
        """,
        ledger.BACKFILL_DATES,
    )


def mark(
    con: duckdb.DuckDBPyConnection,
    days: Collection[date],
    state: State,
    *,
    run_id: str,
    options: str,
    error: str | None = None,
) -> None:
    """Record the state of some dates; ``pending`` counts an attempt."""
    if days:
        values = {"state": state, "error": error, "run_id": run_id, "options": options}
        con.execute(mark_sql(), {**values, "days": sorted(days), "at": utc_now()})


def settled_sql() -> Sql:
    """SELECT of the dates that an earlier backfill with the same options has settled.

    ``done``: that run computed the stored rows, and the date is not stale. ``skipped``: the date's
    partition has not been pulled again. Parameters: $start, $end (both included), $lookback,
    $options.
    """
    return sql(
        """
        SELECT marked.partition_date
        FROM {marked} AS marked
        JOIN {computed} AS computed USING (partition_date)
        ANTI JOIN ({stale}) AS stale USING (partition_date)
        WHERE marked.partition_date BETWEEN $start AND $end AND marked.options = $options
            AND marked.state = 'done' AND computed.run_id = marked.run_id
        UNION ALL
        SELECT marked.partition_date
        FROM {marked} AS marked
        JOIN {partitions} AS held
            ON held.table_name = {summary}
            AND held.partition_date = marked.partition_date
        WHERE marked.partition_date BETWEEN $start AND $end AND marked.options = $options
            AND marked.state = 'skipped' AND held.pulled_at <= marked.updated_at
        """,
        marked=ledger.BACKFILL_DATES,
        computed=ledger.COMPUTED,
        stale=stale_sql(),
        partitions=ledger.PARTITIONS,
        summary=quote_literal(tables.SUMMARY),
    )


def settled(con: duckdb.DuckDBPyConnection, dates: DateRange, options: str) -> set[date]:
    """The dates of a range that do not have to be computed again."""
    values = {"start": dates.start, "end": dates.end, "lookback": lookback_days()}
    return {row[0] for row in con.execute(settled_sql(), values | {"options": options}).fetchall()}


def states(replica: Replica, dates: DateRange) -> tuple[DateState, ...]:
    """The recorded states of a range's dates, ascending."""
    with replica.read() as con:
        rows = con.execute(
            sql(
                """SELECT partition_date, state, attempts, error, updated_at FROM {}
                WHERE partition_date BETWEEN ? AND ? ORDER BY partition_date""",
                ledger.BACKFILL_DATES,
            ),
            [dates.start, dates.end],
        ).fetchall()
    return tuple(DateState(*row) for row in rows)
