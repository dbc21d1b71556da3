"""Values of a query's parameters, from the command line's texts. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_GIVEN = re.compile(r"(?P<name>[A-Za-z_]\w*)(?::(?P<type>[^=]+))?=(?P<text>.*)", re.DOTALL)
_BOOLS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter as it was typed: ``name=text`` or ``name:TYPE=text``; ``type`` may be empty."""

    name: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's GoogleSQL type and Python value; None is NULL."""

    type: str
    value: Any


def given(texts: Iterable[str]) -> dict[str, Given]:
    """Parameters by name in lower case: GoogleSQL does not tell ``@P`` from ``@p``.

    Raises:
        BadInput: a text is not ``name=value`` or ``name:TYPE=value``, or a name comes twice.
    """
    found: dict[str, Given] = {}
    for text in texts:
        match = _GIVEN.fullmatch(text)
        if match is None:
            raise BadInput(
                f"--param {text}: is not name=value or name:TYPE=value",
                hint="--param start_date=2025-01-01",
            )
        one = Given(match["name"], (match["type"] or "").strip().upper(), match["text"])
        if one.name.lower() in found:
            raise BadInput(f"--param {one.name}: is given twice", parameter=one.name)
        found[one.name.lower()] = one
    return found


def values(
    given: Mapping[str, Given], names: Iterable[str], types: Mapping[str, str]
) -> dict[str, Value]:
    """A value for each parameter of a statement, by its name as the statement writes it.

    Args:
        given: As :func:`given` returns them.
        names: Parameters that the statement names, as written.
        types: Name in lower case to GoogleSQL type, where it is known. Else the text decides: a
            DATE, INT64, FLOAT64 or BOOL where it looks like one, or else a STRING.

    Raises:
        BadInput: a parameter has no value, a value no parameter, or a text is not of its type.
    """
    names = list(names)
    for name in names:
        if name.lower() not in given:
            raise BadInput(
                f"parameter @{name}: has no value",
                hint=f"add --param {name}=VALUE",
                parameter=name,
            )
    used = {name.lower() for name in names}
    for name, one in given.items():
        if name not in used:
            known = ", ".join(f"@{name}" for name in names) or "none"
            raise BadInput(
                f"--param {one.name}: the statement has no @{one.name}; its parameters: {known}",
                parameter=one.name,
            )
    return {name: _value(given[name.lower()], types.get(name.lower(), "")) for name in names}


def _value(one: Given, kind: str) -> Value:
    kind = one.type or kind or likely_type(one)
    try:
        return Value(kind, _parsed(one.text, kind))
    except (ValueError, InvalidOperation, KeyError) as error:
        raise BadInput(
            f"--param {one.name}={one.text}: is not of type {kind}",
            hint=f"add its type: --param {one.name}:TYPE=VALUE",
            parameter=one.name,
            type=kind,
        ) from error


def likely_type(one: Given) -> str:
    """The declared type, or that of which the text looks."""
    if one.type:
        return one.type
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
        raise BadInput(f"parameter type {kind}: known are {', '.join(_READERS)}, and ARRAY of them")
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
    """UTC where the text names no zone, as in BigQuery."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _datetime(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo:
        raise ValueError(text)
    return found


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
