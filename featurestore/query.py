"""Runs a user's GoogleSQL against the replica: one bounded SELECT, read-only."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore import bounds, dialect
from featurestore.compute import feature_view
from featurestore.definitions import tables
from featurestore.parsing import parse_statements
from featurestore.statement_size import deep_recursion
from sync.duck import statement_guard
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path
    from typing import BinaryIO

    import pyarrow as pa

    from sync.replica.file import Replica


def query(replica: Replica, sql: str) -> pa.Table:
    """The rows of one SELECT.

    Raises:
        BadInput: it does not parse, or names what does not exist.
        Refused: it is not a SELECT, is too long, reads a partitioned table without bounds, uses a
            construct that is not proven, or is something else when DuckDB reads it.
    """
    known = {**tables.column_types(), feature_view.FEATURES: feature_view.column_types()}
    read = require_select(sql, known)
    partitioned = {**tables.partitioned(), feature_view.FEATURES: "game_date"}
    bounds.require_bounds(sql, partitioned, upper=False, origin="query")
    translated = dialect.to_duckdb_sql(sql, columns=known, origin="query")
    with replica.read_untrusted() as con:
        try:
            statement = statement_guard.require_select(con, translated, read)
            rows = con.sql(statement).to_arrow_table()
        except (duckdb.IOException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise BadInput(f"query: {first}", sql=translated) from error
    return _finite(rows)


def _finite(rows: pa.Table) -> pa.Table:
    """The rows, if every FLOAT64 is finite.

    Overflow is an error in BigQuery and infinity in DuckDB; NaN sorts and compares in other ways.
    """
    import pyarrow.compute as pc
    import pyarrow.types as at

    for name, column in zip(rows.column_names, rows.columns, strict=True):
        if at.is_floating(column.type) and pc.any(pc.invert(pc.is_finite(column))).as_py():
            raise Refused(
                f"query: column {name}: a FLOAT64 overflows or is not a number",
                hint="leave the rows out, or cast to NUMERIC before the multiplication",
                column=name,
            )
    return rows


def require_select(sql: str, known: Collection[str]) -> frozenset[str]:
    """The tables that one SELECT reads, lower case; refuse anything else. Pure.

    Raises:
        BadInput: it does not parse, or names a table that does not exist.
        Refused: it is another statement, or several; it is too long or nested too deeply; it names
            an array in FROM without UNNEST.
    """
    with deep_recursion():
        return _tables_of_select(sql, known)


def _tables_of_select(sql: str, known: Collection[str]) -> frozenset[str]:
    try:
        statements = parse_statements(sql)
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
    read = bounds.tables_read(tree)
    for name in sorted(read - set(known)):
        dataset, _, path = name.rpartition(".")
        if dataset and dataset in _other_sources(tree, name):
            raise Refused(
                f"query: array {name} in FROM is not proven to give the same rows in DuckDB",
                hint=f"write CROSS JOIN UNNEST({name}) AS {path}",
                construct="array in FROM",
            )
        raise BadInput(f"query: table {name}: unknown; known are {', '.join(known)}", table=name)
    return read


def _other_sources(tree: exp.Query, table: str) -> set[str]:
    """Names by which the statement refers to what it reads, anywhere, but for one table."""
    return {
        source.alias_or_name.lower()
        for source in tree.find_all(exp.Table, exp.Subquery, exp.Unnest)
        if f"{source.text('db')}.{source.name}".lower() != table
    }


def write(table: pa.Table, file: Path | None, output_format: str) -> None:
    """Write rows as CSV (to stdout without a file) or Parquet.

    Raises:
        BadInput: the file cannot be written, or the format is another.
    """
    if output_format not in {"csv", "parquet"}:
        raise BadInput(f"--output: goes with --format csv or parquet, not {output_format}")
    if file is None:
        _write(table, sys.stdout.buffer, output_format)
        return
    # Beside the file: an older one stays until the new one is whole. A pipe or a device has no
    # beside, and is written to as it is: pyarrow would remove it after an error.
    is_plain = not file.exists() or file.is_file()
    draft = file.with_name(f".{file.name}.{os.getpid()}") if is_plain else file
    try:
        try:
            with draft.open("wb") as target:
                _write(table, target, output_format)
            if is_plain:
                draft.replace(file)
        finally:
            if is_plain:
                draft.unlink(missing_ok=True)
    except OSError as error:
        # Arrow's own text repeats itself.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise BadInput(f"--output {file}: cannot be written: {reason}", path=str(file)) from error


def _write(table: pa.Table, target: BinaryIO, output_format: str) -> None:
    from pyarrow import csv, parquet

    if output_format == "parquet":
        parquet.write_table(table, target)
    else:
        csv.write_csv(table, target)
