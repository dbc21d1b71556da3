"""Runs a user's GoogleSQL against the replica: one bounded SELECT, read-only."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore import bounds, dialect
from featurestore.compute import feature_view
from featurestore.definitions import tables
from sync.duck import connections
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import pyarrow as pa

    from sync.replica.file import Replica


def query(replica: Replica, sql: str) -> pa.Table:
    """The rows of one SELECT.

    Raises:
        BadInput: it does not parse, or names what does not exist.
        Refused: it is no SELECT, reads a partitioned table without bounds, or uses a construct
            that is not proven.
    """
    known = {**tables.column_types(), feature_view.FEATURES: feature_view.column_types()}
    require_select(sql, known)
    partitioned = {**tables.partitioned(), feature_view.FEATURES: "game_date"}
    bounds.require_bounds(sql, partitioned, upper=False, origin="query")
    translated = dialect.to_duckdb_sql(sql, columns=known, origin="query")
    with replica.read():
        pass  # The file is there and of this version.
    with closing(connections.connect_untrusted(replica.path)) as con:
        try:
            return con.sql(translated).to_arrow_table()
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise BadInput(f"query: {first}", sql=translated) from error


def require_select(sql: str, known: Collection[str]) -> None:
    """Refuse what is not one SELECT over known tables. Pure.

    Raises:
        BadInput: it does not parse, or names a table that does not exist.
        Refused: it is another statement, or several.
    """
    try:
        statements = [tree for tree in sqlglot.parse(sql, read="bigquery") if tree is not None]
    except SqlglotError as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"query: does not parse: {first}") from error
    if not statements:
        raise BadInput("query: is empty", hint="featurestore query 'SELECT 1 AS one'")
    if len(statements) > 1:
        raise Refused(
            f"query: {len(statements)} statements, one is wanted", hint="run them one by one"
        )
    (tree,) = statements
    if not isinstance(tree, exp.Query):
        raise Refused(
            f"query: {tree.key.upper()} is not allowed, only SELECT",
            hint="change data with pull, compute, push or warehouse load",
            statement=tree.key.upper(),
        )
    for name in _tables(tree):
        if name.lower() not in known:
            raise BadInput(
                f"query: table {name}: unknown; known are {', '.join(known)}", table=name
            )


def _tables(tree: exp.Query) -> Iterator[str]:
    """Names of the tables that the query reads, as written, but for the project."""
    tables = [table for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tables:
        # FROM t, t.features reads an array of t's rows, though it looks like a dataset's table.
        aliases = {other.alias_or_name.lower() for other in tables if other is not table}
        if not (table.db.lower() in aliases if table.db else table.name.lower() in ctes):
            yield f"{table.db}.{table.name}" if table.db else table.name


def write(table: pa.Table, file: Path | None, output_format: str) -> None:
    """Write rows as CSV (to stdout without a file), JSON lines or Parquet."""
    from pyarrow import csv, parquet

    if output_format == "parquet":
        parquet.write_table(table, file)
    elif output_format == "csv":
        csv.write_csv(table, sys.stdout.buffer if file is None else file)
    else:
        raise BadInput(f"--output: goes with --format csv or parquet, not {output_format}")
