"""GoogleSQL types as DuckDB types, and tables as DuckDB DDL. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sync.duck.quoting import quote
from sync.errors import Refused
from sync.sql_text import Sql, join, sql

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
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_GOOGLE = {duckdb: google for google, duckdb in _SCALARS.items()}
# Numbers, single-quoted text without escapes and keywords mean the same in both languages.
_LITERAL = re.compile(r"-?\d+(\.\d+)?|'[^'\\]*'|TRUE|FALSE|NULL", re.IGNORECASE)


def split_top_level(text: str) -> list[str]:
    """The parts of ``text`` between commas outside of brackets."""
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


def duckdb_type(google_type: str) -> Sql:
    """The DuckDB type that represents every value of a GoogleSQL type exactly.

    Raises:
        Refused: the type has no such counterpart (BIGNUMERIC, INTERVAL, GEOGRAPHY, ...).
    """
    text = google_type.strip()
    if text in _SCALARS:
        return Sql(_SCALARS[text])
    if match := _NUMERIC.fullmatch(text):
        return Sql(f"DECIMAL({match[1]},{match[2] or 0})")
    if text.startswith("ARRAY<") and text.endswith(">"):
        return sql("{}[]", duckdb_type(text[6:-1]))
    if text.startswith("STRUCT<") and text.endswith(">"):
        fields = [part.partition(" ") for part in split_top_level(text[7:-1])]
        kinds = (sql("{} {}", quote(name), duckdb_type(kind)) for name, _, kind in fields)
        return sql("STRUCT({})", join(", ", kinds))
    raise Refused(f"type {google_type}: no DuckDB type represents it exactly", type=google_type)


def googlesql_type(duckdb_type_name: str) -> str:
    """The GoogleSQL type of a DuckDB type as the catalog names it; the same name if there is none.

    For comparing a live DuckDB table with a declared one; the inverse of ``duckdb_type``.
    """
    text = duckdb_type_name.strip()
    if text in _GOOGLE:
        return _GOOGLE[text]
    if match := _DECIMAL.fullmatch(text):
        return f"NUMERIC({match[1]},{match[2]})" if match[2] != "0" else f"NUMERIC({match[1]})"
    if text.endswith("[]"):
        return f"ARRAY<{googlesql_type(text[:-2])}>"
    if text.startswith("STRUCT(") and text.endswith(")"):
        fields = [part.replace('"', "").partition(" ") for part in split_top_level(text[7:-1])]
        inner = ",".join(f"{name} {googlesql_type(kind)}" for name, _, kind in fields)
        return f"STRUCT<{inner}>"
    return text


def default_sql(column: Column) -> Sql:
    """The column's default as DuckDB SQL; NULL without one.

    Raises:
        Refused: the default is neither a literal nor CURRENT_TIMESTAMP().
    """
    if column.default is None:
        return Sql("NULL")
    if column.default.upper() == "CURRENT_TIMESTAMP()":
        return Sql("now()")
    if _LITERAL.fullmatch(column.default):
        return Sql(column.default)
    raise Refused(
        f"column {column.name}: the default {column.default} has no proven counterpart in DuckDB",
        hint="use a literal or CURRENT_TIMESTAMP()",
        column=column.name,
        default=column.default,
    )


def create_table_sql(table: Table, schema_override: str | None = None) -> Sql:
    """CREATE TABLE IF NOT EXISTS with the table's columns, types, modes and defaults.

    Args:
        table: The declared table.
        schema_override: The DuckDB schema, by default the table's dataset.
    """
    lines = (
        sql(
            "  {} {}{}{}",
            quote(column.name),
            duckdb_type(column.type),
            sql(" DEFAULT {}", default_sql(column)) if column.default else Sql(""),
            Sql(" NOT NULL" if column.required else ""),
        )
        for column in table.all_columns
    )
    return sql(
        "CREATE TABLE IF NOT EXISTS {}.{} (\n{}\n)",
        quote(schema_override or table.dataset),
        quote(table.name),
        join(",\n", lines),
    )


def add_column_sql(quoted_table: Sql, column: Column) -> Sql:
    """ALTER TABLE that appends a nullable column without a default, unless there is one.

    As in BigQuery, where the default of a new column applies only to later rows.
    """
    return sql(
        "ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {}",
        quoted_table,
        quote(column.name),
        duckdb_type(column.type),
    )
