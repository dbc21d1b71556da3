"""Logs and resolves gaps: players and dates that should have a feature row but do not.

A gap is an episode in the table of gaps: it is opened once for a player, date and reason, and stays
open until there is a valid row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.definitions import tables
from sync.duck.quoting import quote, quote_table
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    import duckdb

    from sync.model import DateRange
    from sync.replica.file import Replica

_GAPS = quote_table(tables.GAPS)
# A computation closes these only on request: rows for listed players, removal of stale rows.
ON_PURPOSE = ("no_game_summary", "stale_row")


def _valid_row(relation: Sql) -> Sql:
    """A valid row of the store for a row of the relation, as a subquery."""
    return sql(
        """SELECT 1 FROM {store} AS stored
    WHERE stored.game_date = {of}.game_date AND stored.player_lookup = {of}.player_lookup
        AND stored.feature_0_source IS NOT NULL""",
        store=quote_table(tables.STORE),
        of=relation,
    )


def log_gaps_sql(relation: str, *, unless_stored: bool = False) -> Sql:
    """INSERT of the gaps in a relation that are not open yet.

    Its columns are player_lookup, game_date, game_id, reason, reason_detail, team_abbr,
    opponent_team_abbr, season_year. With ``unless_stored``, a player and date with a valid row
    is not a gap. Parameters: $detected_at, $detected_by.
    """
    stored = sql("AND NOT EXISTS ({})", _valid_row(Sql("new_gap")))
    return sql(
        """
        INSERT INTO {gaps} BY NAME
        SELECT new_gap.player_lookup, new_gap.game_date, new_gap.game_id, new_gap.reason,
            new_gap.reason_detail, new_gap.team_abbr, new_gap.opponent_team_abbr,
            new_gap.season_year,
            $detected_at::TIMESTAMPTZ AS detected_at, $detected_by AS detected_by,
            0 AS backfill_attempt_count
        FROM {relation} AS new_gap
        WHERE NOT EXISTS (
            SELECT 1 FROM {gaps} AS gap
            WHERE gap.player_lookup = new_gap.player_lookup AND gap.game_date = new_gap.game_date
                AND gap.reason = new_gap.reason AND gap.resolved_at IS NULL)
        {stored}
    """,
        gaps=_GAPS,
        relation=quote(relation),
        stored=stored if unless_stored else Sql(""),
    )


def log_gaps(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    *,
    detected_at: datetime,
    detected_by: str,
    unless_stored: bool = False,
) -> int:
    """Open a gap for each row of ``relation`` that has no open one; returns the number opened.

    Runs in the caller's transaction. May be repeated: an open gap is not opened again. With
    ``unless_stored``, a player and date with a valid row computed here is not a gap.
    """
    parameters = {"detected_at": detected_at, "detected_by": detected_by}
    insert = log_gaps_sql(relation, unless_stored=unless_stored)
    return int(con.execute(insert, parameters).fetchall()[0][0])


def resolve_gaps_sql() -> Sql:
    """UPDATE that closes the open gaps of a range whose player and date now have a valid row.

    Parameters: $start_date, $end_date (both included), $resolved_at, $resolved_by.
    """
    return sql(
        """
        UPDATE {} AS gap
        SET resolved_at = $resolved_at::TIMESTAMPTZ, resolved_by = $resolved_by
        WHERE gap.game_date BETWEEN $start_date AND $end_date AND gap.resolved_at IS NULL
            AND EXISTS ({} AND
                stored.game_date BETWEEN $start_date AND $end_date)
    """,
        _GAPS,
        _valid_row(Sql("gap")),
    )


def resolve_gaps(
    con: duckdb.DuckDBPyConnection, dates: DateRange, *, resolved_at: datetime, resolved_by: str
) -> int:
    """Close the open gaps of ``dates`` that have a valid row; returns the number closed."""
    parameters = {
        "start_date": dates.start,
        "end_date": dates.end,
        "resolved_at": resolved_at,
        "resolved_by": resolved_by,
    }
    return int(con.execute(resolve_gaps_sql(), parameters).fetchall()[0][0])


def open_gap_dates(
    replica: Replica, dates: DateRange, *, reasons_left_out: Collection[str] = ON_PURPOSE
) -> tuple[date, ...]:
    """The dates of a range with open gaps that a backfill could close, ascending.

    Args:
        replica: Holds the gaps.
        dates: Both ends included.
        reasons_left_out: Reasons that this backfill will not close; ``bootstrap`` is one of them
            unless the first days of a season are included.
    """
    with replica.read() as con:
        rows = con.execute(
            sql(
                """SELECT DISTINCT game_date FROM {}
            WHERE game_date BETWEEN $start_date AND $end_date AND resolved_at IS NULL
                AND NOT list_contains($reasons::VARCHAR[], reason)
            ORDER BY game_date""",
                _GAPS,
            ),
            {"start_date": dates.start, "end_date": dates.end, "reasons": list(reasons_left_out)},
        ).fetchall()
    return tuple(row[0] for row in rows)


def count_attempts(
    con: duckdb.DuckDBPyConnection,
    dates: Collection[date],
    *,
    attempted_at: datetime,
    error: str | None = None,
) -> int:
    """Count a backfill's attempt for the open gaps of ``dates``; returns their number.

    The attempt's error, or None, replaces the last one.
    """
    return int(
        con.execute(
            sql(
                """UPDATE {}
            SET backfill_attempt_count = coalesce(backfill_attempt_count, 0) + 1,
                last_backfill_attempt_at = $attempted_at::TIMESTAMPTZ,
                last_backfill_error = $error
            WHERE resolved_at IS NULL AND game_date IN (SELECT unnest($days::DATE[]))""",
                _GAPS,
            ),
            {"attempted_at": attempted_at, "error": error, "days": sorted(dates)},
        ).fetchall()[0][0]
    )


@dataclass(frozen=True, slots=True)
class OpenGaps:
    """The open gaps of one date and reason; ``players`` is their number."""

    game_date: date
    reason: str
    detail: str
    players: int


def open_gaps(replica: Replica, dates: DateRange) -> tuple[OpenGaps, ...]:
    """The open gaps of a range, by date and reason."""
    with replica.read() as con:
        rows = con.execute(
            sql(
                """SELECT game_date, reason, coalesce(max(reason_detail), ''), count(*)
            FROM {} WHERE game_date BETWEEN ? AND ? AND resolved_at IS NULL
            GROUP BY game_date, reason ORDER BY game_date, reason""",
                _GAPS,
            ),
            [dates.start, dates.end],
        ).fetchall()
    return tuple(OpenGaps(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Episode:
    """One gap of a player and date, open or resolved."""

    reason: str
    detail: str
    detected_at: datetime
    detected_by: str | None
    resolved_at: datetime | None
    attempts: int
    last_error: str | None


def episodes(replica: Replica, player: str, day: date) -> tuple[Episode, ...]:
    """All logged gaps of a player and date, oldest first."""
    with replica.read() as con:
        rows = con.execute(
            sql(
                """SELECT reason, coalesce(reason_detail, ''), detected_at, detected_by,
                resolved_at, coalesce(backfill_attempt_count, 0), last_backfill_error
            FROM {} WHERE game_date = ? AND player_lookup = ? ORDER BY detected_at""",
                _GAPS,
            ),
            [day, player],
        ).fetchall()
    return tuple(Episode(*row) for row in rows)
