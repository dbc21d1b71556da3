"""Proves on the user's rows that the features of a date see no result of that date or later."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.compute import local, one_relation, plan, store_views
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import compose, sql_files, tables
from featurestore.definitions.column_roles import column_roles
from sync.duck import connections
from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.duck.types import create_table_sql
from sync.errors import BadInput
from sync.model import DateRange
from sync.sql_text import join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import duckdb

    from featurestore.definitions.sql_files import SqlFile
    from sync.replica.file import Replica

VOLATILE = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of a proof.

    Attributes:
        day: The as-of date.
        rows: Rows of the date that were compared.
        changed_rows: Summary rows on or after the date whose results were changed.
        leaks: Columns that differ, each with a player; empty if proven.
    """

    day: date
    rows: int
    changed_rows: int
    leaks: tuple[tuple[str, str], ...]


def prove_no_leak(
    replica: Replica,
    day: date,
    *,
    now: datetime,
    relation: str | None = None,
    files: Mapping[str, SqlFile] | None = None,
) -> Proof:
    """Compute a date, change every result on or after it, compute again, compare bit for bit.

    Keys, ids and pre-game lines stay; every other column of the rows of the date and later gets
    another value, or NULL. Works on a copy in memory: the replica is only read.

    Args:
        replica: Holds the date and its lookback.
        day: The as-of date.
        now: ``@computed_at``.
        relation: The relation whose rows are compared; by default the store.
        files: The relation and its inputs; by default the shipped ones.

    Raises:
        BadInput: there is no such relation, or it is invalid.
        Refused: the date's partitions or its lookback were never pulled.
    """
    files = files or compose.by_name(sql_files.load("features"))
    name = relation or plan.STORE
    grain = one_relation.require_relation(name, files).header.grain
    with replica.read() as con:
        local.require_pulled(con, DateRange(day, day))
        if relation is not None:
            one_relation.require_inputs(con, [relation], files, DateRange(day, day))
    reads_store = relation is not None and one_relation.reads_store([relation], files)
    request = ComputeRequest(DateRange(day, day), now, include_bootstrap=True)
    with closing(connections.connect(None)) as con:
        _copy(con, replica, day, with_store=reads_store)

        def rows(copy: str) -> int:
            if reads_store:
                _store_features(con, request)
            if relation is None:
                return _store_rows(con, copy, request)
            steps = one_relation.relation_steps([relation], files)
            one_relation.create_relations(con, steps, request)
            create = sql(
                "CREATE TEMP TABLE {} AS {}", quote(copy), one_relation.rows_sql(con, steps[-1])
            )
            return int(con.execute(create).fetchall()[0][0])

        before = rows("before")
        changed = _change_results(con, day)
        rows("after")
        leaks = _differences(con, grain, relation or plan.STORE)
    return Proof(day, before, changed, leaks)


def _copy(con: duckdb.DuckDBPyConnection, replica: Replica, day: date, *, with_store: bool) -> None:
    """The inputs of a date, and a month beyond it, in memory; stored rows of earlier dates."""
    con.execute(sql("ATTACH {} AS source (READ_ONLY)", quote_literal(str(replica.path))))
    for name in (tables.SUMMARY, tables.INJURIES):
        table = tables.tables()[name]
        column = quote(table.partition_column)
        con.execute(sql("CREATE SCHEMA {}", quote(table.dataset)))
        con.execute(create_table_sql(table))
        con.execute(
            sql(
                "INSERT INTO {table} BY NAME FROM source.{table}"
                " WHERE {column} BETWEEN $day::DATE - $days::INTEGER AND $day::DATE + 30",
                table=quote_table(table),
                column=column,
            ),
            {"day": day, "days": sql_files.lookback_days()},
        )
    if with_store:
        store = tables.tables()[tables.STORE]
        for schema in (store.dataset, tables.FEATURES_VIEW.partition(".")[0]):
            con.execute(sql("CREATE SCHEMA {}", quote(schema)))
        con.execute(create_table_sql(store))
        con.execute(
            sql(
                "INSERT INTO {store} BY NAME FROM source.{store} WHERE game_date < ?",
                store=quote_table(store),
            ),
            [day],
        )
    con.execute("DETACH source")
    if with_store:
        store_views.create_features_view(con)


def _store_features(con: duckdb.DuckDBPyConnection, request: ComputeRequest) -> None:
    """Compute the stored rows of the date, which the relation reads."""
    delete = sql("DELETE FROM {} WHERE game_date >= ?", quote_table(tables.STORE))
    con.execute(delete, [request.dates.start])
    one_relation.insert_store(con, request)


def _store_rows(con: duckdb.DuckDBPyConnection, name: str, request: ComputeRequest) -> int:
    parameters = request.parameters()
    local.run_steps(con, parameters)
    rows, values = local.store_rows_sql(parameters)
    create = sql("CREATE TEMP TABLE {} AS {}", quote(name), rows)
    return int(con.execute(create, values).fetchall()[0][0])


def _change_results(con: duckdb.DuckDBPyConnection, day: date) -> int:
    """Half of the rows get other values (numbers plus 7); the others become NULL."""
    table = tables.tables()[tables.SUMMARY]
    roles = column_roles().tables[tables.SUMMARY]
    changes = []
    for column in table.columns:
        if not roles.is_result(column.name):
            continue
        name = quote(column.name)
        if column.type in ("INT64", "FLOAT64") or column.type.startswith("NUMERIC"):
            other = sql("coalesce({}, 0) + 7", name)
        elif column.type == "BOOL":
            other = sql("NOT coalesce({}, FALSE)", name)
        elif column.type == "STRING":
            other = quote_literal("changed")
        else:
            continue
        if not column.required:
            other = sql("CASE WHEN hash(player_lookup) % 2 = 0 THEN {} END", other)
        changes.append(sql("{} = {}", name, other))
    update = sql("UPDATE {} SET {} WHERE game_date >= ?", quote_table(table), join(", ", changes))
    return int(con.execute(update, [day]).fetchall()[0][0])


def _differences(
    con: duckdb.DuckDBPyConnection, grain: Sequence[str], relation: str
) -> tuple[tuple[str, str], ...]:
    """Each column that differs, with the first player, or the first value of the key."""
    names = [row[0] for row in con.execute("DESCRIBE before").fetchall()]
    keys = [name for name in grain if name in names]
    if not keys:
        raise BadInput(
            f"relation {relation}: cannot be compared: none of its columns is in its grain",
            hint="list the columns that identify a row in the header, after grain",
        )
    named = "player_lookup" if "player_lookup" in keys else keys[0]
    key = quote(named)
    leaks = []
    for name in names:
        if name in VOLATILE:
            continue
        column = quote(name)
        row = con.execute(
            sql(
                """SELECT coalesce(b.{key}, a.{key})
                FROM before AS b FULL JOIN after AS a USING ({keys})
                WHERE b.{column} IS DISTINCT FROM a.{column} ORDER BY 1 LIMIT 1""",
                key=key,
                keys=quote_list(keys),
                column=column,
            )
        ).fetchone()
        if row:
            leaks.append((name, str(row[0])))
    return tuple(leaks)
