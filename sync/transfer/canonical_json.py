"""JSON text in one form: the one in which GoogleSQL writes what PARSE_JSON has read. Pure.

A warehouse may return a JSON value with other blanks, order of keys or spelling of numbers than it
was sent with. Two values are the same if their canonical texts are.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

# From here on GoogleSQL writes doubles with an exponent; Python from ten times as much.
_EXPONENT_FROM = 1e15


def canonical_json(text: str) -> str:
    """The text as ``TO_JSON_STRING(PARSE_JSON(text))`` writes it.

    Keys in the order of their bytes, of equal keys the first; no blanks; 1.50 as 1.5 and 1e2 as
    100.0, while 100 stays 100. Text inside a JSON string is text, even if it looks like JSON.

    What PARSE_JSON refuses is returned unchanged: text that is not JSON, and numbers that neither
    a 64-bit integer nor a double holds exactly, so that none is rounded.
    """
    try:
        return _written(
            json.loads(
                text,
                object_pairs_hook=_first_wins,
                parse_float=_double,
                parse_int=_integer,
                parse_constant=_refuse,
            )
        )
    except (ValueError, RecursionError):
        return text


def _first_wins(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    return dict(reversed(pairs))


def _double(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or Decimal(repr(value)) != Decimal(text):
        _refuse(text)
    return value


def _integer(text: str) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**64:
        _refuse(text)
    return value


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def _written(value: object) -> str:
    if isinstance(value, dict):
        members = (f"{_written(name)}:{_written(value[name])}" for name in sorted(value))
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, float) and abs(value) >= _EXPONENT_FROM and "e" not in repr(value):
        digits = repr(abs(value)).removesuffix(".0")
        fraction = digits[1:].replace(".", "").rstrip("0")
        mantissa = f"{digits[0]}.{fraction}" if fraction else digits[0]
        return f"{'-' if value < 0 else ''}{mantissa}e+15"
    text = json.dumps(value, ensure_ascii=False)
    # Half of a surrogate pair has no UTF-8: a ValueError.
    text.encode()
    return text
