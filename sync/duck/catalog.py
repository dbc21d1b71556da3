"""Reads the live columns of a table in a DuckDB file, and its partitions with their tokens."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import duckdb

from sync.duck import connections
from sync.duck.digest import partition_digests_sql
from sync.duck.quoting import quote, quote_table
from sync.errors import Refused, WarehouseFailed
from sync.model import Column, Partition
from sync.sql_text import sql
from sync.tokens import tagged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sync.model import Table


def live_columns(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[Column, ...] | None:
    """The live table's columns in lower case with DuckDB's types; None without the table."""
    # duckdb_columns() is thirty times slower. In a cursor, because the error of a missing table
    # would abort the transaction; so tables created in that transaction are not visible here.
    with closing(connections.cursor(con)) as probe:
        try:
            rows = probe.execute(sql("DESCRIBE {}", quote_table(table))).fetchall()
        except duckdb.CatalogException:
            return None
    return tuple(
        Column(name.lower(), kind, null == "NO", default)
        for name, kind, null, _, default, *_ in rows
    )


def require_columns(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[Column, ...]:
    """The live columns.

    Raises:
        WarehouseFailed: there is no such table.
    """
    live = live_columns(con, table)
    if live is None:
        raise WarehouseFailed(
            f"{table.full_name}: no such table in the warehouse",
            hint="featurestore init",
            table=table.full_name,
        )
    return live


def require_declared(
    con: duckdb.DuckDBPyConnection, table: Table, *, hint: str = "featurestore init --migrate"
) -> None:
    """Refuse a replica whose table is older than a declared column."""
    live = {column.name for column in live_columns(con, table) or ()}
    if missing := [name for name in table.column_names if name not in live]:
        raise Refused(
            f"{table.full_name} in the replica: lacks {len(missing)} of its declared columns, first"
            f" {missing[0]}",
            hint=hint,
            missing=missing,
        )


def list_partitions(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    start: date,
    end: date,
    columns: Sequence[str] | None = None,
) -> dict[date, Partition]:
    """The non-empty partitions from ``start`` to ``end``, both included, with their tokens.

    Tokens are made over ``columns``, by default the declared ones that the live table has.

    Raises:
        Refused: rows without a partition date.
        WarehouseFailed: there is no such table.
    """
    names = table.token_columns(require_columns(con, table)) if columns is None else columns
    day = quote(table.partition_column)
    (orphans,) = con.execute(
        sql("SELECT count(*) FROM {} WHERE {} IS NULL", quote_table(table), day)
    ).fetchall()[0]
    if orphans:
        raise Refused(
            f"{table.full_name}: {orphans} rows without {table.partition_column} belong to no"
            " partition",
            hint=f"delete or fix the rows of {table.full_name} WHERE {table.partition_column}"
            " IS NULL",
            table=table.full_name,
            rows=orphans,
        )
    digests = partition_digests_sql(
        quote_table(table), table.partition_column, names, sql("{day} BETWEEN ? AND ?", day=day)
    )
    rows = con.execute(digests, [start, end]).fetchall()
    return {
        partition_day: Partition(partition_day, count, tagged(digest, names))
        for partition_day, count, digest in sorted(rows)
    }
