"""Converts Python values to GoogleSQL messages, and back.

Decimal is NUMERIC, an aware datetime TIMESTAMP, a naive one DATETIME, dict STRUCT, list ARRAY, text
JSON. TIMESTAMP keeps microseconds, as BigQuery does.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from zetasql.wasi._pb2.zetasql.public import value_pb2

from featurestore.googlesql.types import type_text

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY_ONE = date(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_NUMERIC_DIGITS, _BIGNUMERIC_DIGITS = 9, 38


def encode(value: Any, kind: Any) -> Any:
    """The message for a value of a type; None is NULL."""
    made = value_pb2.ValueProto()
    name = type_text(kind)
    if value is None:
        return made
    if name.startswith("ARRAY<"):
        made.array_value.SetInParent()
        made.array_value.element.extend(encode(v, kind.array_type.element_type) for v in value)
    elif name.startswith("STRUCT<"):
        made.struct_value.SetInParent()
        fields = zip(kind.struct_type.field, _field_values(value, kind), strict=True)
        made.struct_value.field.extend(encode(v, f.field_type) for f, v in fields)
    elif name in _WRITERS:
        _WRITERS[name](made, value)
    else:
        setattr(made, f"{name.lower()}_value", value)
    return made


def decode(cell: Any, kind: Any) -> Any:
    """The value in a message of a type; NULL is None."""
    which = cell.WhichOneof("value")
    if which is None:
        return None
    value = getattr(cell, which)
    if which == "array_value":
        return [decode(element, kind.array_type.element_type) for element in value.element]
    if which == "struct_value":
        fields = zip(kind.struct_type.field, value.field, strict=True)
        return {f.field_name or f"_{i}": decode(v, f.field_type) for i, (f, v) in enumerate(fields)}
    reader = _READERS.get(which)
    return value if reader is None else reader(value)


def _field_values(value: Any, kind: Any) -> list[Any]:
    if not isinstance(value, dict):
        return list(value)
    return [value[f.field_name or f"_{i}"] for i, f in enumerate(kind.struct_type.field)]


def _little_endian(value: Decimal, digits: int) -> bytes:
    with localcontext() as exact:
        exact.prec = 100
        scaled = int(value.scaleb(digits))
    return scaled.to_bytes(scaled.bit_length() // 8 + 1, "little", signed=True)


def _decimal(raw: bytes, digits: int) -> Decimal:
    with localcontext() as exact:
        exact.prec = 100
        return Decimal(int.from_bytes(raw, "little", signed=True)).scaleb(-digits)


def _packed(value: datetime | time) -> int:
    return value.hour << 12 | value.minute << 6 | value.second


def _packed_date(value: datetime) -> int:
    return value.year << 9 | value.month << 5 | value.day


def _time(packed: int, nanos: int) -> time:
    return time(packed >> 12 & 31, packed >> 6 & 63, packed & 63, nanos // 1000)


def _datetime(value: Any) -> datetime:
    packed = value.bit_field_datetime_seconds
    days = packed >> 17
    day = date(days >> 9, days >> 5 & 15, days & 31)
    return datetime.combine(day, _time(packed, value.nanos))


def _write_timestamp(made: Any, value: datetime) -> None:
    since = value - _EPOCH
    made.timestamp_value.seconds = since // _SECOND
    made.timestamp_value.nanos = (since % _SECOND).microseconds * 1000


def _write_datetime(made: Any, value: datetime) -> None:
    made.datetime_value.bit_field_datetime_seconds = _packed_date(value) << 17 | _packed(value)
    made.datetime_value.nanos = value.microsecond * 1000


# Times of day are seconds above 30 bits of nanoseconds; decimals are scaled whole numbers.
_WRITERS: dict[str, Callable[[Any, Any], None]] = {
    "FLOAT64": lambda made, value: setattr(made, "double_value", value),
    "DATE": lambda made, value: setattr(made, "date_value", (value - _DAY_ONE).days),
    "TIMESTAMP": _write_timestamp,
    "DATETIME": _write_datetime,
    "TIME": lambda made, value: setattr(
        made, "time_value", _packed(value) << 30 | value.microsecond * 1000
    ),
    "NUMERIC": lambda made, value: setattr(
        made, "numeric_value", _little_endian(value, _NUMERIC_DIGITS)
    ),
    "BIGNUMERIC": lambda made, value: setattr(
        made, "bignumeric_value", _little_endian(value, _BIGNUMERIC_DIGITS)
    ),
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "date_value": lambda days: _DAY_ONE + timedelta(days=days),
    "timestamp_value": lambda stamp: (
        _EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // 1000)
    ),
    "datetime_value": _datetime,
    "time_value": lambda packed: _time(packed >> 30, packed & (1 << 30) - 1),
    "numeric_value": lambda raw: _decimal(raw, _NUMERIC_DIGITS),
    "bignumeric_value": lambda raw: _decimal(raw, _BIGNUMERIC_DIGITS),
}
