"""GoogleSQL's types as text, as Arrow types, and as messages."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zetasql.wasi._pb2.zetasql.public import type_pb2

from sync.duck.types import split_top_level
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

_KINDS = {
    "INT64": type_pb2.TYPE_INT64,
    "FLOAT64": type_pb2.TYPE_DOUBLE,
    "NUMERIC": type_pb2.TYPE_NUMERIC,
    "BIGNUMERIC": type_pb2.TYPE_BIGNUMERIC,
    "STRING": type_pb2.TYPE_STRING,
    "BOOL": type_pb2.TYPE_BOOL,
    "DATE": type_pb2.TYPE_DATE,
    "TIMESTAMP": type_pb2.TYPE_TIMESTAMP,
    "DATETIME": type_pb2.TYPE_DATETIME,
    "TIME": type_pb2.TYPE_TIME,
    "INTERVAL": type_pb2.TYPE_INTERVAL,
    "BYTES": type_pb2.TYPE_BYTES,
    "JSON": type_pb2.TYPE_JSON,
    "GEOGRAPHY": type_pb2.TYPE_GEOGRAPHY,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclasses.dataclass(frozen=True, slots=True)
class Typed:
    """A value whose Python type does not determine its GoogleSQL type: NULL, lists, JSON.

    Attributes:
        type: GoogleSQL text of the type.
        value: The Python value.
    """

    type: str
    value: Any


def parse_type(text: str) -> Any:
    """The message of a type's text, without a precision such as that of ``NUMERIC(5, 1)``.

    Raises:
        BadInput: the type is unknown.
    """
    text = text.strip()
    if text.startswith("ARRAY<"):
        made = type_pb2.TypeProto(type_kind=type_pb2.TYPE_ARRAY)
        made.array_type.element_type.CopyFrom(parse_type(text[6:-1]))
        return made
    if text.startswith("STRUCT<"):
        made = type_pb2.TypeProto(type_kind=type_pb2.TYPE_STRUCT)
        for part in split_top_level(text[7:-1]):
            name, separator, of = part.partition(" ")
            if not separator:
                name, of = "", part
            made.struct_type.field.add(field_name=name, field_type=parse_type(of))
        return made
    kind = _KINDS.get(text.split("(")[0].upper())
    if kind is None:
        raise BadInput(f"type {text}: unknown; known are {', '.join(_KINDS)}, ARRAY and STRUCT")
    return type_pb2.TypeProto(type_kind=kind)


def type_text(kind: Any) -> str:
    """GoogleSQL text of a type's message."""
    if kind.type_kind == type_pb2.TYPE_ARRAY:
        return f"ARRAY<{type_text(kind.array_type.element_type)}>"
    if kind.type_kind == type_pb2.TYPE_STRUCT:
        fields = [
            f"{f.field_name} {type_text(f.field_type)}".strip() for f in kind.struct_type.field
        ]
        return f"STRUCT<{', '.join(fields)}>"
    return _NAMES.get(kind.type_kind) or str(type_pb2.TypeKind.Name(kind.type_kind))


def arrow_types(schema: pa.Schema) -> dict[str, str]:
    """Column to GoogleSQL type of an Arrow table."""
    return {field.name: arrow_type(field.type) for field in schema}


def arrow_type(kind: pa.DataType) -> str:
    """GoogleSQL text of an Arrow type; JSON is a string there.

    Raises:
        BadInput: GoogleSQL has no such type.
    """
    import pyarrow.types as at

    if at.is_list(kind) or at.is_large_list(kind):
        return f"ARRAY<{arrow_type(kind.value_type)}>"
    if at.is_struct(kind):
        fields = [f"{field.name} {arrow_type(field.type)}" for field in kind]
        return f"STRUCT<{', '.join(fields)}>"
    if at.is_timestamp(kind):
        return "TIMESTAMP" if kind.tz else "DATETIME"
    tests = {
        "BOOL": at.is_boolean,
        "INT64": at.is_integer,
        "FLOAT64": at.is_floating,
        "NUMERIC": at.is_decimal,
        "DATE": at.is_date,
        "TIME": at.is_time,
        "STRING": lambda k: at.is_string(k) or at.is_large_string(k),
        "BYTES": lambda k: at.is_binary(k) or at.is_large_binary(k),
    }
    text = next((name for name, test in tests.items() if test(kind)), None)
    if text is None:
        raise BadInput(f"Arrow type {kind}: has no counterpart in GoogleSQL")
    return text


def arrow_schema(columns: Sequence[tuple[str, str]]) -> pa.Schema:
    """The Arrow schema of GoogleSQL columns; JSON and types that Arrow lacks are strings."""
    import pyarrow as pa

    return pa.schema([pa.field(name, _as_arrow(kind)) for name, kind in columns])


def _as_arrow(kind: str) -> pa.DataType:
    import pyarrow as pa

    if kind.startswith("ARRAY<"):
        return pa.list_(_as_arrow(kind[6:-1]))
    if kind.startswith("STRUCT<"):
        fields = [part.partition(" ") for part in split_top_level(kind[7:-1])]
        named = [
            (name, of) if space else (f"_{i}", name) for i, (name, space, of) in enumerate(fields)
        ]
        return pa.struct([pa.field(name, _as_arrow(of)) for name, of in named])
    scalars = {
        "INT64": pa.int64(),
        "FLOAT64": pa.float64(),
        "NUMERIC": pa.decimal128(38, 9),
        "BIGNUMERIC": pa.decimal256(76, 38),
        "BOOL": pa.bool_(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us", "UTC"),
        "DATETIME": pa.timestamp("us"),
        "TIME": pa.time64("us"),
        "BYTES": pa.binary(),
    }
    return scalars.get(kind, pa.string())


def typed(value: Any) -> Typed:
    """A Python value with the GoogleSQL type of its Python type.

    Raises:
        BadInput: its Python type does not determine one.
    """
    if isinstance(value, Typed):
        return value
    kinds = (
        (bool, "BOOL"), (int, "INT64"), (float, "FLOAT64"), (Decimal, "NUMERIC"), (str, "STRING"),
        (bytes, "BYTES"), (datetime, "TIMESTAMP"), (date, "DATE"), (time, "TIME"),
    )  # fmt: skip
    name = next((name for kind, name in kinds if isinstance(value, kind)), None)
    if name is None:
        raise BadInput(f"value {value!r}: needs a GoogleSQL type")
    return Typed(name, value)
