"""Finds gaps by comparing target rows with store rows over a range: ``sql/checks/store_gap.sql``.

The target rows come from the game summary; the store rows were pulled from the warehouse, or
computed here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from featurestore.compute import gap_log, plan
from featurestore.compute.columns import require_columns
from featurestore.compute.local import require_pulled
from featurestore.compute.relations import translated
from featurestore.definitions import sql_files, tables
from sync.duck import connections
from sync.duck.quoting import quote, quote_table
from sync.errors import Refused
from sync.replica import ledger
from sync.replica.file import replica_table
from sync.sql_text import sql

if TYPE_CHECKING:
    from datetime import date, datetime

    import duckdb

    from featurestore.compute.relations import Step
    from sync.model import DateRange
    from sync.replica.file import Replica

Store = Literal["local", "warehouse"]
CHECK = "store_gap"
MIXED = "mixed_version"


@dataclass(frozen=True, slots=True)
class Found:
    """The gaps of one reason, with the first of them as an example."""

    reason: str
    rows: int
    dates: int
    first: date
    last: date
    player_lookup: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found and, unless it was a dry run, logged.

    Attributes:
        dates: The range, both ends included.
        store: Whose store rows were audited.
        store_rows: Their number.
        found: By reason, the most frequent first.
        opened: Gaps that were logged, or would be.
        already_open: Gaps that were found, but had been logged before.
        closed: Open gaps that no longer exist and were closed, or would be.
        mixed_versions: Dates on which the store has rows of several versions, ascending.
    """

    dates: DateRange
    store: Store
    store_rows: int
    found: tuple[Found, ...]
    opened: int
    already_open: int
    closed: int
    mixed_versions: tuple[date, ...] = ()

    @property
    def rows(self) -> int:
        """Players and dates found."""
        return sum(reason.rows for reason in self.found)


def audit(
    replica: Replica,
    dates: DateRange,
    *,
    now: datetime,
    bootstrap_days: int,
    dry_run: bool = False,
    detected_by: str = "featurestore.audit",
    store: Store = "warehouse",
) -> AuditReport:
    """Audit a range: log the gaps that are not open yet, and close those that no longer exist.

    Costs about as much as a computation of the range. Logging and closing are one transaction; a
    second audit of the same rows changes nothing.

    Args:
        replica: Holds the summary of the range and of its lookback, and the store's rows.
        dates: Both ends included.
        now: Becomes ``detected_at`` and ``resolved_at``.
        bootstrap_days: Days at the start of a season that need no rows.
        dry_run: Only report what would be logged.
        detected_by: Recorded with each new gap.
        store: ``warehouse`` audits the pulled rows, ``local`` those computed here.

    Raises:
        Refused: a date of the range, or of its lookback, was never pulled; or the replica's store
            lacks a column.
    """
    values = {
        **plan.DEFAULTS,
        "start_date": dates.start,
        "end_date": dates.end,
        "bootstrap_days": bootstrap_days,
    }
    with replica.read() if dry_run else replica.write() as con:
        require_columns(con)
        require_pulled(con, dates)
        if store == "warehouse":
            require_store_pulled(con, dates)
        for step in steps(store):
            connections.run(con, step.create_sql, step.chosen(values))
        findings = tuple(Found(*row) for row in con.execute(_FOUND).fetchall())
        store_rows = con.execute(_STORE_ROWS).fetchall()[0][0]
        rows = sum(one.rows for one in findings)
        days = con.execute(
            sql("SELECT game_date FROM {} ORDER BY game_date", quote(MIXED))
        ).fetchall()
        if dry_run:
            opened = con.execute(
                sql("SELECT count(*) FROM {} ANTI JOIN {}", quote(CHECK), _OPEN)
            ).fetchall()[0][0]
            closed = con.execute(_CLOSABLE, _range(dates)).fetchall()[0][0]
        else:
            con.execute("BEGIN")
            opened = gap_log.log_gaps(con, CHECK, detected_at=now, detected_by=detected_by)
            resolved = {**_range(dates), "at": now, "by": detected_by}
            closed = con.execute(_CLOSE, resolved).fetchall()[0][0]
            con.execute("COMMIT")
    mixed = tuple(row[0] for row in days)
    return AuditReport(dates, store, store_rows, findings, opened, rows - opened, closed, mixed)


def require_store_pulled(con: duckdb.DuckDBPyConnection, dates: DateRange) -> None:
    """Refuse a range whose store rows were never pulled: all of them would look missing."""
    missing = ledger.missing_dates(con, tables.STORE, dates)
    if missing:
        raise Refused(
            f"{tables.STORE}: {len(missing)} of the {dates.days} dates {dates} were never pulled:"
            f" first {missing[0]}, last {missing[-1]}",
            hint=f"featurestore pull --table {tables.STORE}"
            f" --start-date {dates.start} --end-date {dates.end}",
            table=tables.STORE,
            missing=len(missing),
        )


def store_table(store: Store) -> str:
    """The replica's table with the rows of the store."""
    return replica_table(tables.tables()[tables.STORE]) if store == "warehouse" else tables.STORE


@lru_cache(maxsize=2)
def steps(store: Store) -> tuple[Step, ...]:
    """The relations of the check, each after its inputs."""
    table = store_table(store)
    files = [*sql_files.load("features"), *sql_files.load("checks")]
    types = tables.column_types()
    return translated(
        [CHECK, MIXED],
        [replace(file, text=file.text.replace(tables.STORE, table)) for file in files],
        columns=types | {table: types[tables.STORE]},
        parameters=plan.PARAMETERS,
    )


def _range(dates: DateRange) -> dict[str, object]:
    return {"start": dates.start, "end": dates.end}


_FOUND = sql(
    """
    SELECT reason, count(*), count(DISTINCT game_date), min(game_date), max(game_date),
        arg_min(player_lookup, (game_date, player_lookup)),
        arg_min(reason_detail, (game_date, player_lookup))
    FROM {} GROUP BY reason ORDER BY count(*) DESC, reason
""",
    quote(CHECK),
)
_STORE_ROWS = "SELECT coalesce(sum(row_count), 0)::BIGINT FROM stored_key"
_OPEN = sql(
    """(
    SELECT player_lookup, game_date, reason FROM {}
    WHERE resolved_at IS NULL) AS open_gap USING (player_lookup, game_date, reason)
""",
    quote_table(tables.GAPS),
)
# A gap is closed when there is a correct store row; that of a stale row, when the row is gone.
# Others, such as those detected by another process, stay open.
_OVER = sql(
    """
    game_date BETWEEN $start AND $end AND resolved_at IS NULL
    AND CASE WHEN reason = 'stale_row' THEN
        NOT EXISTS (SELECT 1 FROM {check} AS found
            WHERE found.player_lookup = gap.player_lookup AND found.game_date = gap.game_date
                AND found.reason = 'stale_row')
    ELSE
        EXISTS (SELECT 1 FROM stored_key
            WHERE stored_key.player_lookup = gap.player_lookup
                AND stored_key.game_date = gap.game_date)
        AND NOT EXISTS (SELECT 1 FROM {check} AS found
            WHERE found.player_lookup = gap.player_lookup AND found.game_date = gap.game_date)
    END
""",
    check=quote(CHECK),
)
_CLOSABLE = sql("SELECT count(*) FROM {} AS gap WHERE {}", quote_table(tables.GAPS), _OVER)
_CLOSE = sql(
    """
    UPDATE {} AS gap
    SET resolved_at = $at::TIMESTAMPTZ, resolved_by = $by WHERE {}
""",
    quote_table(tables.GAPS),
    _OVER,
)
