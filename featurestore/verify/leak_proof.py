"""Proves on a user's own rows that the features of a date see no result of that date or later."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.compute import local
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import sql_files, tables
from featurestore.definitions.column_roles import column_roles
from sync.duck import connections
from sync.duck.quoting import quote, quote_literal, quote_table
from sync.duck.types import create_table_sql
from sync.model import DateRange

if TYPE_CHECKING:
    from datetime import date, datetime

    import duckdb

    from sync.replica.file import Replica

VOLATILE = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof looked at and found.

    Attributes:
        day: The as-of date.
        rows: Feature rows of the date that were compared.
        changed_rows: Summary rows on or after the date whose results were changed.
        leaks: Columns of the store that differ, with a player each; empty when proven.
    """

    day: date
    rows: int
    changed_rows: int
    leaks: tuple[tuple[str, str], ...]


def prove_no_leak(replica: Replica, day: date, *, now: datetime) -> Proof:
    """Compute a date, change every result on or after it, compute again, compare bit for bit.

    Keys, ids and pre-game lines stay; every other column of the rows of the date and later is
    turned into another value, or NULL. Works on a copy in memory: the replica is only read.

    Raises:
        Refused: the date's partitions or its lookback were never pulled.
    """
    with replica.read() as con:
        local.require_pulled(con, DateRange(day, day))
    with closing(connections.connect(None)) as con:
        _copy(con, replica, day)
        before = _rows(con, "before", day, now)
        changed = _change_results(con, day)
        _rows(con, "after", day, now)
        leaks = _differences(con)
    return Proof(day, before, changed, leaks)


def _copy(con: duckdb.DuckDBPyConnection, replica: Replica, day: date) -> None:
    """The inputs of a date, and a month beyond it, in memory."""
    con.execute(f"ATTACH {quote_literal(str(replica.path))} AS source (READ_ONLY)")
    for name in (tables.SUMMARY, tables.INJURIES):
        table = tables.tables()[name]
        column = quote(table.partition_column)
        con.execute(f"CREATE SCHEMA {quote(table.dataset)}")
        con.execute(create_table_sql(table))
        con.execute(
            f"INSERT INTO {quote_table(table)} BY NAME FROM source.{quote_table(table)}"
            f" WHERE {column} BETWEEN $day::DATE - $days::INTEGER AND $day::DATE + 30",
            {"day": day, "days": sql_files.lookback_days()},
        )
    con.execute("DETACH source")


def _rows(con: duckdb.DuckDBPyConnection, name: str, day: date, now: datetime) -> int:
    request = ComputeRequest(DateRange(day, day), now, include_bootstrap=True)
    parameters = request.parameters()
    local.run_steps(con, parameters)
    sql, values = local.store_rows_sql(parameters)
    return int(con.execute(f"CREATE TEMP TABLE {name} AS {sql}", values).fetchall()[0][0])


def _change_results(con: duckdb.DuckDBPyConnection, day: date) -> int:
    """Numbers move by 7, texts and flags change, on half of the rows; the others become NULL."""
    table = tables.tables()[tables.SUMMARY]
    roles = column_roles().tables[tables.SUMMARY]
    changes = []
    for column in table.columns:
        if not roles.is_result(column.name):
            continue
        name = quote(column.name)
        if column.type in ("INT64", "FLOAT64") or column.type.startswith("NUMERIC"):
            other = f"coalesce({name}, 0) + 7"
        elif column.type == "BOOL":
            other = f"NOT coalesce({name}, FALSE)"
        elif column.type == "STRING":
            other = "'changed'"
        else:
            continue
        kept = (
            other if column.required else f"CASE WHEN hash(player_lookup) % 2 = 0 THEN {other} END"
        )
        changes.append(f"{name} = {kept}")
    sql = f"UPDATE {quote_table(table)} SET {', '.join(changes)} WHERE game_date >= ?"
    return int(con.execute(sql, [day]).fetchall()[0][0])


def _differences(con: duckdb.DuckDBPyConnection) -> tuple[tuple[str, str], ...]:
    """Each store column that differs, with the first player."""
    names = [row[0] for row in con.execute("DESCRIBE before").fetchall()]
    found = []
    for name in names:
        if name in VOLATILE:
            continue
        column = quote(name)
        row = con.execute(
            f"""SELECT coalesce(b.player_lookup, a.player_lookup)
            FROM before AS b FULL JOIN after AS a USING (player_lookup, game_date)
            WHERE b.{column} IS DISTINCT FROM a.{column} ORDER BY 1 LIMIT 1"""
        ).fetchone()
        if row:
            found.append((name, str(row[0])))
    return tuple(found)
