"""JSON: one array of objects, or objects one after another; the keys of all objects count."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb

from sync.duck.quoting import quote_literal
from sync.embedded.files.incoming import ROW, create_empty, not_utf8, rename
from sync.errors import BadInput
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BLANK = b" \t\r\n"
_TAIL_BYTES = 4096


def column_names(con: duckdb.DuckDBPyConnection, file: Path, path: Path) -> list[str]:
    """The keys of all objects, in alphabetical order.

    Args:
        con: Any connection.
        file: The file as the user knows it.
        path: Where its uncompressed content is.

    Raises:
        BadInput: the file is not JSON, or contains other values than objects.
    """
    source = sql(
        "read_json_objects({}, format = {})", quote_literal(str(path)), _format(file, path)
    )
    try:
        keys = con.execute(
            sql(
                "SELECT DISTINCT unnest(CASE json_type(json) WHEN 'OBJECT' THEN json_keys(json)"
                " ELSE [NULL] END) AS name FROM {} ORDER BY name",
                source,
            )
        ).fetchall()
        other = None
        if (None,) in keys:
            other = con.execute(
                sql(
                    """SELECT row, kind
                    FROM (SELECT row_number() OVER () AS row, json_type(json) AS kind FROM {})
                    WHERE kind <> 'OBJECT' ORDER BY row LIMIT 1""",
                    source,
                )
            ).fetchone()
    except duckdb.Error as error:
        raise _unreadable(file, path, error) from error
    if other:
        raise BadInput(
            f"{file} row {other[0]} is a JSON {other[1].lower()}, not an object",
            hint='write each row as an object: {"column": value}; nothing was loaded',
            file=str(file),
            row=other[0],
        )
    return [name for (name,) in keys]


def read(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    path: Path,
    columns_of: Mapping[str, str],
    types: Mapping[str, str],
) -> None:
    """Create `incoming` from the file's columns: as text, or JSON for columns that are not scalar.

    As text, because a guessed type would change 12:30 and 007.

    Args:
        con: The connection for the temporary table.
        file: The file as the user knows it.
        path: Where its uncompressed content is.
        columns_of: The table's column for each of the file's keys that is read.
        types: DuckDB types of the table's columns.
    """
    if not columns_of:
        create_empty(con, ())
        return
    kinds = [
        sql(
            "{}: {}",
            quote_literal(key),
            quote_literal("VARCHAR" if _is_scalar(types[name]) else "JSON"),
        )
        for key, name in columns_of.items()
    ]
    try:
        con.execute(
            sql(
                "CREATE OR REPLACE TEMP TABLE incoming AS SELECT {outputs}, row_number() OVER ()"
                " AS {row} FROM read_json({file},"
                " format = {format}, columns = {{{kinds}}})",
                outputs=rename(columns_of),
                row=ROW,
                file=quote_literal(str(path)),
                format=_format(file, path),
                kinds=join(", ", kinds),
            )
        )
    except duckdb.Error as error:
        raise _unreadable(file, path, error) from error


def _is_scalar(kind: str) -> bool:
    return kind.startswith("DECIMAL(") or (kind != "JSON" and not kind.endswith(("[]", ")")))


def _format(file: Path, path: Path) -> Sql:
    """DuckDB's name of the layout, by the first character.

    Raises:
        BadInput: an array without its end, which DuckDB would accept.
    """
    with path.open("rb") as opened:
        start = opened.read(_TAIL_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
        opened.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        end = opened.read().rstrip(_BLANK)
    if not start.startswith(b"["):
        return Sql("'unstructured'")
    if not end.endswith(b"]"):
        raise BadInput(
            f"{file}: the JSON array has no end: the file is cut off",
            hint="write the file again; nothing was loaded",
            file=str(file),
        )
    return Sql("'array'")


def _unreadable(file: Path, path: Path, error: duckdb.Error) -> BadInput:
    """The error, with its line if Python's parser finds one."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return not_utf8(file, path)
    try:
        position = 0
        decoder = json.JSONDecoder()
        while position < len(text):
            if text[position].isspace():
                position += 1
                continue
            _, position = decoder.raw_decode(text, position)
    except json.JSONDecodeError as json_error:
        return BadInput(
            f"{file} line {json_error.lineno}: not JSON: {json_error.msg}"
            f" (column {json_error.colno})",
            hint="fix the file; nothing was loaded",
            file=str(file),
            line=json_error.lineno,
        )
    return BadInput(
        f"{file}: cannot be read: {str(error).splitlines()[0].replace(str(path), str(file))}",
        hint="correct the file; nothing was loaded",
        file=str(file),
    )
