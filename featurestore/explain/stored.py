"""The stored value in the replica and in the warehouse, and which input differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from featurestore.compute import plan
from featurestore.definitions import tables
from featurestore.definitions.features import features
from featurestore.explain.parts import StoreValue
from sync.duck.quoting import quote, quote_table
from sync.model import DateRange
from sync.replica import ledger
from sync.replica.computed import computed_date
from sync.replica.file import replica_table
from sync.sql_text import join, sql
from sync.transfer.last_push import last_push

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from featurestore.definitions.features import Feature
    from featurestore.explain.parts import ListedRow, StepValue
    from sync.model import Table

# Fewer rows that differ say nothing of a leak, nor does a smaller share of them.
_LEAST_ROWS = 5
_MOST_BY_CHANCE = 0.9


def stored_row(con: duckdb.DuckDBPyConnection, player: str, day: date) -> dict[str, Any] | None:
    """The replica's store row: times, version and the features' values; None without one."""
    return _row(con, tables.STORE, player, day)


def stored_value(
    con: duckdb.DuckDBPyConnection,
    row: dict[str, Any] | None,
    day: date,
    feature: Feature,
    value: float | None,
) -> StoreValue:
    """The value in the replica's `stored_row`, compared with the value that is computed now."""
    span = f"--start-date {day} --end-date {day}"
    if row is None:
        return StoreValue(is_known=False, hint=f"featurestore compute {span}")
    there = row[feature.value_column]
    if there == value:
        return StoreValue(is_known=True, value=there, is_same=True)
    recorded = computed_date(con, day)
    other_sql = recorded is not None and recorded.sql_digest != plan.sql_digest()
    why = "other SQL computed it" if other_sql else "its inputs changed since it was computed"
    return StoreValue(
        is_known=True, value=there, differs=(why,), hint=f"featurestore compute {span}"
    )


def warehouse_value(
    con: duckdb.DuckDBPyConnection,
    player: str,
    day: date,
    feature: Feature,
    value: float | None,
    mine: dict[str, Any] | None,
    steps: Sequence[StepValue],
    rows: Sequence[ListedRow],
) -> StoreValue:
    """The warehouse's value, as last pulled or pushed, and which inputs differ.

    ``mine`` is the replica's `stored_row`: what the last push wrote, if it is as it was then.
    """
    span = f"--start-date {day} --end-date {day}"
    table = tables.tables()[tables.STORE]
    one_day = DateRange(day, day)
    pulled = ledger.held(con, table, one_day).get(day)
    seen, at = ("pulled", pulled.pulled_at) if pulled else ("", None)
    row = _row(con, replica_table(table), player, day)
    push = last_push(con, table, day)
    if push and (at is None or push.at >= at):
        if not push.is_as_here:
            hint = f"featurestore diff {span}"
            return StoreValue(is_known=False, hint=hint, seen="pushed", seen_at=push.at)
        # A push keeps other writers' rows, so the warehouse may have a row that the replica lacks.
        if mine:
            row, seen, at = mine, "pushed", push.at
    if row is None:
        hint = "" if seen else f"featurestore gaps audit {span}"
        return StoreValue(is_known=False, hint=hint, seen=seen, seen_at=at)
    there = row[feature.value_column]
    if there == value:
        return StoreValue(is_known=True, value=there, is_same=True, seen=seen, seen_at=at)
    differs = [*_other_features(row, feature, steps), *_changed_rows(row, rows)]
    if seen == "pulled":
        differs = [*_leak(con, table, day, feature), *differs]
    if not differs:
        version = row["feature_version"]
        differs = [f"no input that the row shows; other SQL of {version} computed it"]
    hint = f"featurestore diff {span}"
    return StoreValue(
        is_known=True, value=there, differs=tuple(differs), hint=hint, seen=seen, seen_at=at
    )


def _other_features(row: dict[str, Any], feature: Feature, steps: Sequence[StepValue]) -> list[str]:
    """Features among the steps whose value in the warehouse differs."""
    columns = {one.feature_name: one.value_column for one in features()}
    return [
        f"{step.column}: here {shown(step.value)}, there {shown(row[columns[step.column]])}"
        for step in steps
        if step.column in columns
        and step.column != feature.feature_name
        and row[columns[step.column]] != step.value
    ]


def _leak(con: duckdb.DuckDBPyConnection, table: Table, day: date, feature: Feature) -> list[str]:
    """Whether the date's rows there have what the players' next games have: the game is counted.

    One row may have it by chance; nearly all of those that differ have not.
    """
    differing, leaked = con.execute(
        sql(
            """WITH next_row AS (
                SELECT player_lookup, arg_min({value}, game_date) AS value FROM {mine}
                WHERE game_date BETWEEN $day::DATE + 1 AND $day::DATE + 30
                GROUP BY player_lookup)
            SELECT count(*),
                count(*) FILTER (
                    abs(theirs.{value} - next_row.value) <= 1e-9 * (1 + abs(next_row.value)))
            FROM {theirs} AS theirs
            JOIN {mine} AS mine USING (player_lookup, game_date)
            JOIN next_row USING (player_lookup)
            WHERE game_date = $day AND theirs.{value} IS DISTINCT FROM mine.{value}""",
            value=quote(feature.value_column),
            theirs=quote_table(replica_table(table)),
            mine=quote_table(table),
        ),
        {"day": day},
    ).fetchall()[0]
    if differing < _LEAST_ROWS or leaked < _MOST_BY_CHANCE * differing:
        return []
    return [
        f"{leaked:,} of the date's {differing:,} rows that differ have the value of the player's"
        " next game: the game itself is counted, a leak"
    ]


def _changed_rows(row: dict[str, Any], rows: Sequence[ListedRow]) -> list[str]:
    """Listed rows that were processed after the warehouse's row was computed."""
    made = row["updated_at"] or row["created_at"]
    if made is None:
        return []
    return [
        f"{one.row['player_lookup']} {one.row['game_date']}: processed"
        f" {one.row['processed_at']:%Y-%m-%d %H:%M} UTC, after the row there"
        for one in rows
        if one.row.get("processed_at") is not None and one.row["processed_at"] > made
    ]


def shown(value: Any) -> str:
    """A value in six digits; NULL for None."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _row(
    con: duckdb.DuckDBPyConnection, table: str, player: str, day: date
) -> dict[str, Any] | None:
    names = [
        "created_at",
        "updated_at",
        "feature_version",
        *(one.value_column for one in features()),
    ]
    row = con.execute(
        sql(
            "SELECT {} FROM {} WHERE player_lookup = ? AND game_date = ?",
            join(", ", map(quote, names)),
            quote_table(table),
        ),
        [player, day],
    ).fetchone()
    return None if row is None else dict(zip(names, row, strict=True))
