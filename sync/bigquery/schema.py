"""GoogleSQL types as BigQuery schema fields and as Arrow types, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from google.cloud.bigquery import SchemaField

from sync.duck.types import split_top_level
from sync.errors import Refused
from sync.model import Column

if TYPE_CHECKING:
    from collections.abc import Iterable

_MODERN = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "RECORD": "STRUCT"}
_ARROW = {
    "INT64": pa.int64(),
    "FLOAT64": pa.float64(),
    "NUMERIC": pa.decimal128(38, 9),
    "BIGNUMERIC": pa.decimal256(76, 38),
    "STRING": pa.string(),
    "JSON": pa.string(),
    "BOOL": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    "DATETIME": pa.timestamp("us"),
    "TIME": pa.time64("us"),
    "BYTES": pa.binary(),
}


def type_text(field: SchemaField) -> str:
    """The GoogleSQL type of a field, as `sync.model.Column` writes it; names in lower case."""
    kind = _MODERN.get(field.field_type, field.field_type)
    if kind == "STRUCT":
        inner = ",".join(f"{part.name.lower()} {type_text(part)}" for part in field.fields)
        kind = f"STRUCT<{inner}>"
    elif field.precision is not None:
        scale = f",{field.scale}" if field.scale else ""
        kind = f"{kind}({field.precision}{scale})"
    return f"ARRAY<{kind}>" if field.mode == "REPEATED" else kind


def live_columns(fields: Iterable[SchemaField]) -> tuple[Column, ...]:
    """A live table's schema as columns, in order; names in lower case."""
    return tuple(
        Column(
            field.name.lower(),
            type_text(field),
            required=field.mode == "REQUIRED",
            default=field.default_value_expression,
            description=field.description or "",
        )
        for field in fields
    )


def schema_field(column: Column, *, staging: bool = False) -> SchemaField:
    """A column as a field of a table resource.

    Args:
        column: The column.
        staging: Nullable, without default, JSON as STRING: Parquet has no JSON.
    """
    if staging:
        kind = "STRING" if column.type == "JSON" else column.type
        return _field(column.name, kind, "NULLABLE", None, "")
    mode = "REQUIRED" if column.required else "NULLABLE"
    return _field(column.name, column.type, mode, column.default, column.description)


def _field(name: str, text: str, mode: str, default: str | None, description: str) -> SchemaField:
    if text.startswith("ARRAY<"):
        text, mode = text[6:-1], "REPEATED"
    if text.startswith("STRUCT<"):
        parts = [part.split(" ", 1) for part in split_top_level(text[7:-1])]
        inner = tuple(_field(part, kind, "NULLABLE", None, "") for part, kind in parts)
        return SchemaField(name, "RECORD", mode, description=description, fields=inner)
    kind, _, arguments = text.partition("(")
    numbers = [int(number) for number in arguments.rstrip(")").split(",") if number]
    resource: dict[str, object] = {"name": name, "type": kind, "mode": mode}
    if description:
        resource["description"] = description
    if default:
        resource["defaultValueExpression"] = default
    if numbers and kind in {"STRING", "BYTES"}:
        resource["maxLength"] = numbers[0]
    elif numbers:
        resource.update(zip(("precision", "scale"), numbers, strict=False))
    return SchemaField.from_api_repr(resource)


def arrow_type(text: str) -> pa.DataType:
    """The Arrow type of a GoogleSQL type's values.

    Raises:
        Refused: no Arrow type represents every value.
    """
    if text.startswith("ARRAY<"):
        return pa.list_(arrow_type(text[6:-1]))
    if text.startswith("STRUCT<"):
        parts = [part.split(" ", 1) for part in split_top_level(text[7:-1])]
        return pa.struct([pa.field(name, arrow_type(kind)) for name, kind in parts])
    kind, _, arguments = text.partition("(")
    if kind == "NUMERIC" and arguments:
        numbers = [int(number) for number in arguments.rstrip(")").split(",")]
        return pa.decimal128(numbers[0], numbers[1] if len(numbers) > 1 else 0)
    if kind not in _ARROW:
        raise Refused(f"type {text}: no Arrow type represents it exactly", type=text)
    return _ARROW[kind]
