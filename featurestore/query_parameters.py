"""Values of a query's parameters, from the command line or from Python. Pure."""

from __future__ import annotations

import json
import math
import operator
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, SupportsIndex

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_GIVEN = re.compile(r"(?P<name>[A-Za-z_]\w*)(?::(?P<type>[^=]+))?=(?P<text>.*)", re.DOTALL)
_PYTHON: tuple[tuple[type, str], ...] = (
    (bool, "BOOL"),
    (int, "INT64"),
    (float, "FLOAT64"),
    (Decimal, "NUMERIC"),
    (date, "DATE"),
)
_WRITTEN_AS_TEXT = frozenset({"STRING", "DATE", "DATETIME", "TIMESTAMP", "JSON"})
_BOOLS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter of the command line: ``name=text`` or ``name:TYPE=text``; no type is ''."""

    name: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's GoogleSQL type and Python value; None is NULL.

    The type is empty if the statement decides it: for NULL, an empty list, and strings, which may
    be dates.
    """

    type: str
    value: Any


def given(texts: Iterable[str]) -> dict[str, Given]:
    """Parameters by name in lower case: in GoogleSQL ``@P`` and ``@p`` are the same.

    Raises:
        BadInput: a text is not ``name=value`` or ``name:TYPE=value``, or a name comes twice.
    """
    parameters: dict[str, Given] = {}
    for text in texts:
        match = _GIVEN.fullmatch(text)
        if match is None:
            raise BadInput(
                f"--param {text}: not NAME=VALUE or NAME:TYPE=VALUE",
                hint="--param start_date=2025-01-01",
            )
        one = Given(match["name"], (match["type"] or "").strip().upper(), match["text"])
        if one.name.lower() in parameters:
            raise BadInput(f"--param {one.name}: occurs twice", parameter=one.name)
        parameters[one.name.lower()] = one
    return parameters


def bound(name: str, value: object) -> Value:
    """A parameter's value from Python: a number, string, date or datetime, or a list of them.

    A ``datetime`` with a time zone is a TIMESTAMP, without one a DATETIME.

    Raises:
        BadInput: GoogleSQL has no such value, or a list has several types or NULL.
    """
    if isinstance(value, (list, tuple)):
        items = [bound(name, item) for item in value]
        kinds = {item.type for item in items}
        if len(kinds) > 1 or any(item.value is None for item in items):
            raise BadInput(
                f"parameter {name}: the values of a list must have one type", parameter=name
            )
        kind = items[0].type if items else ""
        return Value(f"ARRAY<{kind}>" if kind else "", [item.value for item in items])
    if value is None or isinstance(value, str):
        return Value("", value)
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        # Also converts NumPy's integers.
        value = operator.index(value)
    kind = next((kind for types, kind in _PYTHON if isinstance(value, types)), "")
    if isinstance(value, datetime):
        kind = "TIMESTAMP" if value.tzinfo else "DATETIME"
    usable = not isinstance(value, (float, Decimal)) or math.isfinite(value)
    if isinstance(value, int):
        usable = -(2**63) <= value < 2**63
    if not kind or not usable:
        raise BadInput(
            f"parameter {name}: {value!r} of type {type(value).__name__} has no GoogleSQL type",
            parameter=name,
        )
    return Value(kind, value)


def values(
    given: Mapping[str, Given | Value], names: Iterable[str], types: Mapping[str, str]
) -> dict[str, Value]:
    """A value for each parameter of a statement, by its name as written there.

    Args:
        given: By name in lower case, from :func:`given` or :func:`bound`.
        names: Parameters that the statement names, as written.
        types: Name in lower case to GoogleSQL type, if it is known. Otherwise the text decides: a
            DATE, INT64, FLOAT64 or BOOL if it looks like one, else a STRING.

    Raises:
        BadInput: a parameter has no value, a value has no parameter, or a text is not of its type.
    """
    names = list(names)
    for name in names:
        if name.lower() not in given:
            raise BadInput(
                f"parameter @{name} has no value",
                hint=f"add --param {name}=VALUE, or {name}=VALUE in Python",
                parameter=name,
            )
    used = {name.lower() for name in names}
    for name, one in given.items():
        if name not in used:
            known = ", ".join(f"@{name}" for name in names) or "none"
            written = f"--param {one.name}" if isinstance(one, Given) else f"parameter {name}"
            raise BadInput(
                f"{written}: the statement has no @{name}; its parameters: {known}", parameter=name
            )
    bound_values = {}
    for name in names:
        one, kind = given[name.lower()], types.get(name.lower(), "")
        bound_values[name] = (
            _value(one, kind) if isinstance(one, Given) else _settled(name, one, kind)
        )
    return bound_values


def _settled(name: str, one: Value, kind: str) -> Value:
    """A value in the type that the statement decides, if strings and NULL can have it."""
    if one.type:
        return one
    if one.value is None or one.value == []:
        return Value(kind or likely_type(one), one.value)
    element = kind.removeprefix("ARRAY<").removesuffix(">")
    if element not in _WRITTEN_AS_TEXT:
        element = "STRING"
    texts = one.value if isinstance(one.value, list) else [one.value]
    try:
        read = [_READERS[element](text) for text in texts]
    except ValueError as error:
        raise BadInput(
            f"parameter {name}: {one.value!r} is not of type {kind}", parameter=name, type=kind
        ) from error
    is_list = isinstance(one.value, list)
    return Value(f"ARRAY<{element}>", read) if is_list else Value(element, read[0])


def _value(one: Given, kind: str) -> Value:
    kind = one.type or kind or likely_type(one)
    try:
        return Value(kind, _parsed(one.text, kind))
    except (ValueError, InvalidOperation, KeyError) as error:
        raise BadInput(
            f"--param {one.name}={one.text}: is not of type {kind}",
            hint=f"write another value, or its type: --param {one.name}:TYPE=VALUE",
            parameter=one.name,
            type=kind,
        ) from error


def likely_type(one: Given | Value) -> str:
    """The declared type, or the one that the text looks like; a str from Python is a STRING."""
    if one.type:
        return one.type
    if isinstance(one, Value):
        kind = "INT64" if one.value in (None, []) else "STRING"
        return f"ARRAY<{kind}>" if isinstance(one.value, list) else kind
    for kind in ("DATE", "INT64", "FLOAT64", "BOOL"):
        try:
            _parsed(one.text, kind)
        except (ValueError, KeyError):
            continue
        return kind
    return "STRING"


def _parsed(text: str, kind: str) -> Any:
    if kind.startswith("ARRAY<"):
        items = json.loads(text)
        if not isinstance(items, list):
            raise ValueError(text)
        return [_parsed(_text(item), kind[6:-1]) for item in items]
    base = kind.partition("(")[0]
    if base not in _READERS:
        raise BadInput(
            f"parameter type {kind}: unknown; known are {', '.join(_READERS)}, and ARRAY of them"
        )
    if text == "NULL" and base != "STRING":
        return None
    return _READERS[base](text)


def _text(item: Any) -> str:
    return item if isinstance(item, str) else json.dumps(item)


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text) or not -(2**63) <= int(text) < 2**63:
        raise ValueError(text)
    return int(text)


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _timestamp(text: str) -> datetime:
    """In UTC if the text has no time zone, as in BigQuery."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _datetime(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo:
        raise ValueError(text)
    return moment


def _json(text: str) -> str:
    json.loads(text)
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "BOOL": lambda text: _BOOLS[text.lower()],
    "INT64": _integer,
    "FLOAT64": float,
    "NUMERIC": Decimal,
    "STRING": str,
    "DATE": _date,
    "DATETIME": _datetime,
    "TIMESTAMP": _timestamp,
    "JSON": _json,
}
