"""GoogleSQL's types and values: as text, as Arrow's and Python's, and as the evaluator's."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.types as at
from google.protobuf import timestamp_pb2
from zetasql.wasi._pb2.zetasql.public import type_pb2, value_pb2

from sync.duck.types import split_top_level

if TYPE_CHECKING:
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
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_EPOCH = date(1970, 1, 1)


@dataclasses.dataclass(frozen=True)
class Typed:
    """A parameter whose GoogleSQL type its Python value does not tell: NULL, lists, JSON."""

    type: str
    value: Any


def parse_type(text: str) -> Any:
    text = text.strip()
    if text.startswith("ARRAY<"):
        made = type_pb2.TypeProto(type_kind=type_pb2.TYPE_ARRAY)
        made.array_type.element_type.CopyFrom(parse_type(text[6:-1]))
        return made
    if text.startswith("STRUCT<"):
        made = type_pb2.TypeProto(type_kind=type_pb2.TYPE_STRUCT)
        for part in split_top_level(text[7:-1]):
            name, kind = part.split(" ", 1)
            made.struct_type.field.add(field_name=name, field_type=parse_type(kind))
        return made
    return type_pb2.TypeProto(type_kind=_KINDS[text.split("(")[0]])


def type_text(kind: Any) -> str:
    """GoogleSQL text of a type."""
    if kind.type_kind == type_pb2.TYPE_ARRAY:
        return f"ARRAY<{type_text(kind.array_type.element_type)}>"
    if kind.type_kind == type_pb2.TYPE_STRUCT:
        fields = [f"{f.field_name} {type_text(f.field_type)}" for f in kind.struct_type.field]
        return f"STRUCT<{', '.join(fields)}>"
    return _NAMES.get(kind.type_kind) or type_pb2.TypeKind.Name(kind.type_kind)


def arrow_types(schema: pa.Schema) -> dict[str, str]:
    return {field.name: arrow_type(field.type) for field in schema}


def arrow_type(kind: pa.DataType) -> str:
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
        "STRING": lambda k: at.is_string(k) or at.is_large_string(k),
        "BYTES": lambda k: at.is_binary(k) or at.is_large_binary(k),
    }
    return next(name for name, test in tests.items() if test(kind))


def typed(value: Any) -> Typed:
    if isinstance(value, Typed):
        return value
    kinds = (
        (bool, "BOOL"), (int, "INT64"), (float, "FLOAT64"), (Decimal, "NUMERIC"),
        (str, "STRING"), (bytes, "BYTES"), (datetime, "TIMESTAMP"), (date, "DATE"),
    )  # fmt: skip
    return Typed(next(name for kind, name in kinds if isinstance(value, kind)), value)


def encode(value: Any, kind: Any) -> Any:
    made = value_pb2.ValueProto()
    name = type_text(kind)
    if value is None:
        return made
    if name.startswith("ARRAY<"):
        made.array_value.SetInParent()
        made.array_value.element.extend(encode(v, kind.array_type.element_type) for v in value)
    elif name.startswith("STRUCT<"):
        made.struct_value.SetInParent()
        made.struct_value.field.extend(
            encode(value[f.field_name], f.field_type) for f in kind.struct_type.field
        )
    elif name == "DATE":
        made.date_value = (value - _EPOCH).days
    elif name == "TIMESTAMP":
        stamp = timestamp_pb2.Timestamp()
        stamp.FromDatetime(value.astimezone(UTC).replace(tzinfo=None))
        made.timestamp_value.CopyFrom(stamp)
    elif name == "NUMERIC":
        scaled = int(value.scaleb(9))
        length = (scaled.bit_length() // 8) + 1
        made.numeric_value = scaled.to_bytes(length, "little", signed=True)
    else:
        field = {"FLOAT64": "double"}.get(name, name.lower())
        setattr(made, f"{field}_value", value)
    return made


def decode(cell: Any, kind: Any) -> Any:
    which = cell.WhichOneof("value")
    if which is None:
        return None
    value = getattr(cell, which)
    if which == "array_value":
        return [decode(element, kind.array_type.element_type) for element in value.element]
    if which == "struct_value":
        fields = zip(kind.struct_type.field, value.field, strict=True)
        return {f.field_name: decode(v, f.field_type) for f, v in fields}
    if which == "date_value":
        return _EPOCH + timedelta(days=value)
    if which == "timestamp_value":
        return value.ToDatetime(tzinfo=UTC)
    if which == "numeric_value":
        return Decimal(int.from_bytes(value, "little", signed=True)).scaleb(-9)
    return value
