"""Runs a user's GoogleSQL against the replica: one bounded SELECT, read-only."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from featurestore import bounds, dialect, schema
from featurestore.dialect.refuse import parse
from sync import duck
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from sync.replica import Replica


def query(replica: Replica, sql: str) -> pa.Table:
    """The rows of one SELECT.

    Raises:
        BadInput: it does not parse, or names what does not exist.
        Refused: it is no SELECT, reads a partitioned table without bounds, or uses a construct
            that is not proven.
    """
    tree = parse(sql, "query")
    if not isinstance(tree, exp.Query):
        raise Refused(
            f"query: {tree.key.upper()} is not allowed, only SELECT",
            hint="change data with pull, compute, push or warehouse load",
            statement=tree.key.upper(),
        )
    bounds.require_bounds(sql, schema.partitioned(), upper=False, origin="query")
    translated = dialect.to_duckdb_sql(sql, columns=schema.column_types(), origin="query")
    with replica.read():
        pass  # The file is there and of this version.
    with closing(duck.connect_untrusted(replica.path)) as con:
        try:
            return con.sql(translated).to_arrow_table()
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise BadInput(f"query: {first}", sql=translated) from error


def write(table: pa.Table, file: Path | None, output_format: str) -> None:
    """Write rows as CSV (to stdout without a file), JSON lines or Parquet."""
    from pyarrow import csv, parquet

    if output_format == "parquet":
        parquet.write_table(table, file)
    elif output_format == "csv":
        csv.write_csv(table, sys.stdout.buffer if file is None else file)
    else:
        raise BadInput(f"--output: goes with --format csv or parquet, not {output_format}")
