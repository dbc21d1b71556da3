"""Parquet: columns with the names and types of the file's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from sync.duck.clauses import parquet_rows
from sync.embedded.files.incoming import ROW, create_empty, rename
from sync.errors import BadInput
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def column_names(file: Path, path: Path) -> list[str]:
    """The names in the file's schema; DuckDB would rename one of two that differ only in case.

    Raises:
        BadInput: the file is not Parquet, or it is cut off.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return list(parquet.read_schema(path).names)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _unreadable(file, str(error)) from error


def read(
    con: duckdb.DuckDBPyConnection, file: Path, path: Path, columns_of: Mapping[str, str]
) -> None:
    """Create `incoming` from the file's columns.

    Args:
        con: The connection for the temporary table.
        file: The file as the user knows it.
        path: The same file.
        columns_of: The table's column for each of the file's columns that is read.
    """
    if not columns_of:
        create_empty(con, ())
        return
    try:
        con.execute(
            sql(
                "CREATE OR REPLACE TEMP TABLE incoming AS SELECT {}, row_number() OVER ()"
                " AS {} FROM {}",
                rename(columns_of),
                ROW,
                parquet_rows(path),
            )
        )
    except duckdb.Error as error:
        raise _unreadable(file, str(error)) from error


def _unreadable(file: Path, reason: str) -> BadInput:
    return BadInput(
        f"{file}: not a complete Parquet file: {reason.splitlines()[0]}",
        hint="write the file again; nothing was loaded",
        file=str(file),
    )
