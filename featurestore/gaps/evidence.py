"""Reads the facts for ``gaps.explain`` from the replica."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from featurestore.compute import plan
from featurestore.compute.columns import require_columns
from featurestore.compute.staleness import stale_dates
from featurestore.definitions import tables
from featurestore.definitions.features import feature_count
from featurestore.definitions.seasons import calendar
from featurestore.definitions.sql_files import lookback_days
from featurestore.gaps.explain import Facts, StoreRow
from featurestore.suggestions import near_names
from sync.duck.quoting import quote, quote_table
from sync.model import DateRange
from sync.replica import ledger
from sync.replica.computed import computed_date
from sync.replica.file import replica_table
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from sync.replica.file import Replica


def read_facts(replica: Replica, player: str, day: date, *, bootstrap_days: int) -> Facts:
    """The facts about a player and a date, from the replica alone, at one moment."""
    dates = DateRange(day, day)
    values = {"player": player, "day": day, "lookback": lookback_days()}
    with replica.read() as con:
        require_columns(con)
        con.execute("BEGIN")
        pulled = _row(con, _PULLED, {"table": tables.SUMMARY, "day": day})
        store = _row(con, _PULLED, {"table": tables.STORE, "day": day})
        names = [row[0] for row in con.execute(_NAMES).fetchall()]
        own = _row(con, _OWN_ROW, values)
        last = _row(con, _LAST_ROW, values)
        listed = _row(con, _LISTED, values)
        computed = computed_date(con, day)
        pushed = _row(con, _PUSHED, {"day": day, "store": tables.STORE})
        failed = _row(con, _FAILED, {"day": day})
        before = dates.with_lookback(lookback_days())
        missing = len(ledger.missing_dates(con, tables.SUMMARY, before))
        stale = bool(stale_dates(con, dates))
        row = _store_row(con, tables.STORE, values)
        theirs = _store_row(con, replica_table(tables.tables()[tables.STORE]), values)
        # The report's team is taken where it plays, as in listed_player.
        named = listed[1] if listed else None
        team = own[0] if own else last[0] if last else None
        if not own and named and _team_rows(con, named, day):
            team = named
        opponent = own[1] if own else None
        playing = _team_rows(con, team, day)
        facing = _team_rows(con, opponent, day)
    year = own[2] if own else _season_year(day)
    return Facts(
        player_lookup=player,
        day=day,
        alike=near_names(player, names),
        is_known=player in set(names),
        pulled_at=pulled[0] if pulled else None,
        summary_rows=pulled[1] if pulled else 0,
        team=team,
        opponent=opponent,
        has_summary=own is not None,
        is_team_playing=playing > 0,
        opponent_rows=facing,
        listed_status=listed[0] if listed else None,
        lookback_missing=missing,
        season_day=(day - calendar()[year][0]).days if year in calendar() else None,
        bootstrap_days=bootstrap_days,
        computed_at=computed.computed_at if computed else None,
        is_same_sql=not computed or computed.sql_digest == plan.sql_digest(),
        is_stale=stale,
        row=row,
        pushed_at=pushed[0] if pushed else None,
        store_pulled_at=store[0] if store else None,
        warehouse_row=theirs,
        failure=failed[0] if failed else None,
    )


def _season_year(day: date) -> int | None:
    """The year of the latest season that starts on or before the day."""
    begun = [year for year, (first, _) in calendar().items() if first <= day]
    return max(begun, default=None)


def _row(
    con: duckdb.DuckDBPyConnection, statement: Sql, values: dict[str, object]
) -> tuple[Any, ...] | None:
    used = {name: value for name, value in values.items() if f"${name}" in statement}
    row: tuple[Any, ...] | None = con.execute(statement, used).fetchone()
    return row


def _team_rows(con: duckdb.DuckDBPyConnection, team: str | None, day: date) -> int:
    return int(con.execute(_TEAM_ROWS, {"team": team, "day": day}).fetchall()[0][0])


def _store_row(
    con: duckdb.DuckDBPyConnection, table: str, values: dict[str, object]
) -> StoreRow | None:
    missing = join(
        " + ",
        (
            sql("({} IS NULL)::INTEGER", quote(f"feature_{n}_source"))
            for n in range(feature_count())
        ),
    )
    row = _row(
        con,
        sql(
            """SELECT {}, feature_version, processing_decision_reason
            FROM {} WHERE game_date = $day AND player_lookup = $player""",
            missing,
            quote_table(table),
        ),
        values,
    )
    return StoreRow(*row) if row else None


_SUMMARY, _INJURIES = quote_table(tables.SUMMARY), quote_table(tables.INJURIES)
_PULLED = sql(
    """
    SELECT pulled_at, rows FROM {}
    WHERE table_name = $table AND partition_date = $day
""",
    ledger.PARTITIONS,
)
_NAMES = sql(
    """
    SELECT DISTINCT player_lookup FROM {}
    UNION SELECT player_lookup FROM {} WHERE player_lookup IS NOT NULL
    ORDER BY 1
""",
    _SUMMARY,
    _INJURIES,
)
_OWN_ROW = sql(
    """
    SELECT team_abbr, opponent_team_abbr, season_year FROM {}
    WHERE game_date = $day AND player_lookup = $player ORDER BY processed_at DESC NULLS LAST
""",
    _SUMMARY,
)
_LAST_ROW = sql(
    """
    SELECT team_abbr FROM {}
    WHERE game_date BETWEEN $day::DATE - $lookback::INTEGER AND $day::DATE - 1
        AND player_lookup = $player
    ORDER BY game_date DESC
""",
    _SUMMARY,
)
_TEAM_ROWS = sql(
    """
    SELECT count(*) FROM {}
    WHERE game_date = $day AND team_abbr = $team
""",
    _SUMMARY,
)
_LISTED = sql(
    """
    SELECT coalesce(lower(injury_status), 'without a status'), team
    FROM {}
    WHERE report_date BETWEEN $day::DATE - $lookback::INTEGER AND $day
        AND game_date = $day AND player_lookup = $player
    ORDER BY report_date DESC, report_hour DESC NULLS LAST
""",
    _INJURIES,
)
_PUSHED = sql(
    """
    SELECT max(pushed_at) FROM {}
    WHERE target = $store AND partition_date = $day HAVING count(*) > 0
""",
    ledger.PUSHED,
)
_FAILED = sql(
    """
    SELECT error FROM {}
    WHERE partition_date = $day AND state = 'failed' AND error IS NOT NULL
""",
    ledger.BACKFILL_DATES,
)
