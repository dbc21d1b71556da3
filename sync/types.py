"""GoogleSQL types as DuckDB types, and tables as DuckDB DDL. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sync.errors import Refused
from sync.names import quote

if TYPE_CHECKING:
    from sync.model import Column, Table

_SCALARS = {
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
    "NUMERIC": "DECIMAL(38,9)",
    "STRING": "VARCHAR",
    "BOOL": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP WITH TIME ZONE",
    "DATETIME": "TIMESTAMP",
    "BYTES": "BLOB",
    "JSON": "JSON",
}
_NUMERIC = re.compile(r"NUMERIC\((\d+)(?:,\s*(\d+))?\)")


def split_top_level(text: str) -> list[str]:
    """The parts of ``text`` between commas that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if character in "<(":
            depth += 1
        elif character in ">)":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    parts.append(text[start:].strip())
    return parts


def duckdb_type(google_type: str) -> str:
    """The DuckDB type that holds every value of a GoogleSQL type exactly.

    Raises:
        Refused: the type has no such counterpart (BIGNUMERIC, INTERVAL, GEOGRAPHY, ...).
    """
    text = google_type.strip()
    if text in _SCALARS:
        return _SCALARS[text]
    if match := _NUMERIC.fullmatch(text):
        return f"DECIMAL({match[1]},{match[2] or 0})"
    if text.startswith("ARRAY<") and text.endswith(">"):
        return duckdb_type(text[6:-1]) + "[]"
    if text.startswith("STRUCT<") and text.endswith(">"):
        fields = [part.split(" ", 1) for part in split_top_level(text[7:-1])]
        return "STRUCT(" + ", ".join(f"{quote(n)} {duckdb_type(t)}" for n, t in fields) + ")"
    raise Refused(f"type {google_type}: no DuckDB type holds it exactly", type=google_type)


def _default_sql(column: Column) -> str:
    if column.default is None:
        return ""
    default = column.default.upper()
    return " DEFAULT " + ("now()" if default == "CURRENT_TIMESTAMP()" else column.default)


def create_table_sql(table: Table, schema: str | None = None) -> str:
    """CREATE TABLE IF NOT EXISTS with the table's columns, types, modes and defaults.

    Args:
        table: The declared table.
        schema: The DuckDB schema, by default the table's dataset.
    """
    lines = ",\n".join(
        f"  {quote(column.name)} {duckdb_type(column.type)}"
        f"{_default_sql(column)}{' NOT NULL' if column.required else ''}"
        for column in table.columns
    )
    name = f"{quote(schema or table.dataset)}.{quote(table.name)}"
    return f"CREATE TABLE IF NOT EXISTS {name} (\n{lines}\n)"
