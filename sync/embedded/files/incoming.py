"""Common to all kinds of files: the table `incoming`, and the error for text that is not UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.duck.quoting import quote
from sync.errors import BadInput
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import duckdb

# The column of `incoming` that numbers the file's rows from 1.
ROW = Sql("featurestore_row")


def create_empty(con: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Create `incoming` without rows, its columns as text."""
    columns = join("", (sql("{} VARCHAR, ", quote(name)) for name in names))
    con.execute(sql("CREATE OR REPLACE TEMP TABLE incoming ({}{} BIGINT)", columns, ROW))


def rename(columns_of: Mapping[str, str]) -> Sql:
    """A select list: the file's columns under the table's names."""
    return join(
        ", ", (sql("{} AS {}", quote(own), quote(name)) for own, name in columns_of.items())
    )


def not_utf8(file: Path, path: Path) -> BadInput:
    """The error for text that is not UTF-8, with the first such line.

    Args:
        file: The file as the user knows it.
        path: Where its uncompressed content is.
    """
    with path.open("rb") as lines:
        for line, raw in enumerate(lines, 1):
            try:
                raw.decode()
            except UnicodeDecodeError as error:
                return BadInput(
                    f"{file} line {line}: byte 0x{raw[error.start]:02X} is not UTF-8; the file may"
                    " be in Latin-1 or Windows-1252",
                    hint=f"iconv -f WINDOWS-1252 -t UTF-8 {file} > utf8_{file.name}",
                    file=str(file),
                    line=line,
                )
    return BadInput(
        f"{file}: the last line is cut off in the middle of a character",
        hint="write the file again; nothing was loaded",
        file=str(file),
    )
