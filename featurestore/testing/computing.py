"""Computes features of a few rows with the product's own statements, on a DuckDB in memory."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from featurestore.compute import local, one_relation, store_views
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import tables
from featurestore.definitions.features import features
from featurestore.testing import own_sql
from sync.duck import connections
from sync.duck.quoting import quote, quote_list, quote_table
from sync.duck.types import create_table_sql
from sync.errors import BadInput
from sync.model import DateRange
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import duckdb

    Rows: TypeAlias = pa.Table | Iterable[Mapping[str, Any]]

COMPUTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""``created_at`` and ``updated_at`` of the computed rows."""


def feature_rows(
    rows: Rows,
    day: date,
    *,
    reports: Rows = (),
    include_bootstrap: bool = True,
    include_injured: bool = False,
) -> list[dict[str, Any]]:
    """The features of one date by name, as the shipped SQL computes them.

    Args:
        rows: Rows of ``player_game_summary``, including the targets of ``day``; `make_game` makes
            one. Columns that a row does not name are NULL.
        day: The date.
        reports: Rows of ``nbac_injury_report``.
        include_bootstrap: Also return rows for a season's first 14 days.
        include_injured: Also return rows for listed players without a summary row.

    Returns:
        One dict per row, ordered by player: ``player_lookup``, ``game_date``, ``game_id`` and each
        feature, None if it is missing.

    Raises:
        BadInput: a row names a column that its table does not have.
    """
    stored = store_rows(
        rows,
        reports,
        day,
        day,
        include_bootstrap=include_bootstrap,
        include_injured=include_injured,
    )
    keys = ("player_lookup", "game_date", "game_id")
    return [
        {key: row[key] for key in keys}
        | {one.feature_name: row[one.value_column] for one in features()}
        for row in stored.to_pylist()
    ]


def store_rows(
    rows: Rows,
    reports: Rows,
    start: date,
    end: date,
    *,
    include_bootstrap: bool = True,
    include_injured: bool = False,
    threads: int = 2,
) -> pa.Table:
    """The rows of ``ml_feature_store_v2`` of a range, both ends included, by player and date.

    Args as for `feature_rows`; the rows have all columns of the store, under their stored names.
    """
    parameters = ComputeRequest(
        DateRange(start, end), COMPUTED_AT, include_bootstrap, include_injured
    ).parameters()
    with closing(connections.connect(None, threads=threads)) as con:
        _lay_in(con, rows, reports)
        local.run_steps(con, parameters)
        local.check_types(con, parameters)
        store, values = local.store_rows_sql(parameters)
        relation = con.sql(store, params=values)
        return relation.order("player_lookup, game_date").to_arrow_table()


def relation_rows(
    name: str,
    rows: Rows,
    start: date,
    end: date | None = None,
    *,
    reports: Rows = (),
    include_bootstrap: bool = True,
    include_injured: bool = False,
) -> list[dict[str, Any]]:
    """The rows of a relation, shipped or the project's own, computed from games.

    Unlike `run_relation`, it also computes all relations that the relation reads.

    Args:
        name: The relation.
        rows: Rows of ``player_game_summary``; `make_game` makes one.
        start: First date.
        end: Last date, included; by default ``start``.
        reports: Rows of ``nbac_injury_report``.
        include_bootstrap: ``@include_bootstrap``.
        include_injured: ``@include_injured``.

    Returns:
        One dict per row, ordered by the relation's grain.

    Raises:
        BadInput: the relation is unknown or wrong, or a row names a column that its table does not
            have.
        Refused: a scan of the relation lacks a bound.
    """
    files = own_sql.relations()
    grain = one_relation.require_relation(name, files).header.grain
    steps = one_relation.relation_steps([name], files)
    request = ComputeRequest(
        DateRange(start, end or start), COMPUTED_AT, include_bootstrap, include_injured
    )
    with closing(connections.connect(None, threads=1)) as con:
        _lay_in(con, rows, reports)
        if one_relation.reads_store([name], files):
            create_table(con, tables.STORE)
            con.execute(sql("CREATE SCHEMA {}", quote(tables.FEATURES_VIEW.partition(".")[0])))
            one_relation.insert_store(con, request)
            store_views.create_features_view(con)
        one_relation.create_relations(con, steps, request)
        relation = con.sql(one_relation.rows_sql(con, steps[-1]))
        order = quote_list(one for one in grain if one in relation.columns)
        listed: list[dict[str, Any]] = relation.order(order or "ALL").to_arrow_table().to_pylist()
        return listed


def _lay_in(con: duckdb.DuckDBPyConnection, rows: Rows, reports: Rows) -> None:
    for name, table_rows in ((tables.SUMMARY, rows), (tables.INJURIES, reports)):
        create_table(con, name)
        insert_rows(con, name, table_rows)


def create_table(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Create a declared table, empty."""
    table = tables.tables()[name]
    con.execute(sql("CREATE SCHEMA IF NOT EXISTS {}", quote(table.dataset)))
    con.execute(create_table_sql(table))


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    """Insert rows into a table, columns by name; columns that a row does not name are NULL.

    Raises:
        BadInput: a row names a column that the table does not have.
    """
    target = quote_table(table) if "." in table else quote(table)
    known = [row[0] for row in con.execute(sql("DESCRIBE {}", target)).fetchall()]
    if isinstance(rows, pa.Table):
        _require_columns(table, rows.column_names, known)
        con.register("incoming", rows)
        con.execute(sql("INSERT INTO {} BY NAME SELECT * FROM incoming", target))
        con.unregister("incoming")
        return
    # One statement for all rows with the same columns, because binding takes longer than a row.
    for names, alike in groupby(sorted(rows, key=tuple), key=tuple):
        _require_columns(table, names, known)
        values = [tuple(row.values()) for row in alike]
        row = sql("({})", join(", ", [Sql("?")] * len(names)))
        con.execute(
            sql(
                "INSERT INTO {} ({}) VALUES {}",
                target,
                quote_list(names),
                join(", ", [row] * len(values)),
            ),
            list(chain.from_iterable(values)),
        )


def _require_columns(table: str, names: Iterable[str], known: list[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadInput(
            f"{table}: has no column {', '.join(unknown)}",
            hint=f"its columns are {', '.join(known)}",
            table=table,
        )
