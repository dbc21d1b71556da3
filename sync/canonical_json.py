"""A canonical form of JSON text, as close as possible to GoogleSQL's own. Pure.

A warehouse may return a JSON value with other blanks, another order of keys or other spellings of
numbers than it was sent. Two values are the same if their canonical texts are.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

# From here on, GoogleSQL writes doubles with an exponent; Python, from ten times as much.
_EXPONENT_FROM = 1e15


# Numbers with at most so many digits survive a round trip through a double.
_DOUBLE_DIGITS = 17


def canonical_json(text: str) -> str:
    """The text as ``TO_JSON_STRING(PARSE_JSON(text, wide_number_mode => 'round'))`` writes it.

    Keys are in the order of their bytes, of equal keys the first; there are no blanks; 1.50 becomes
    1.5 and 1e2 becomes 100.0, while 100 stays 100. A JSON string that looks like JSON stays as it
    is. A double has its shortest spelling; GoogleSQL writes a few with more digits, such as
    0.421764 as 0.42176399999999997: both have the same form.

    What would be changed is returned as it is: text that is not JSON, and numbers that fit neither
    a 64-bit integer nor a double.
    """
    try:
        return _written(_read(text))
    except (ValueError, RecursionError):
        return text


def find_loss(text: str) -> str:
    """The part that PARSE_JSON would refuse or change: a number, or the whole text; '' if none."""
    try:
        _written(_read(text))
    except _Lost as error:
        return str(error)
    except (ValueError, RecursionError):
        return text
    return ""


class _Lost(ValueError):
    """A number that PARSE_JSON would change; its text."""


def _read(text: str) -> object:
    return json.loads(
        text,
        object_pairs_hook=_first_wins,
        parse_float=_double,
        parse_int=_integer,
        parse_constant=_refuse,
    )


def _first_wins(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    return dict(reversed(pairs))


def _double(text: str) -> float:
    """The double, if it rounds to the text at that many digits."""
    value, exact = float(text), Decimal(text)
    is_vanished = value == 0 and exact != 0
    if not math.isfinite(value) or is_vanished:
        _refuse(text)
    digits = "".join(map(str, exact.as_tuple().digits)).lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0"))
    if len(digits) - zeros > _DOUBLE_DIGITS:
        _refuse(text)
    last = Fraction(10) ** (int(exact.as_tuple().exponent) + zeros)
    if digits and 2 * abs(Fraction(exact) - Fraction(value)) > last:
        _refuse(text)
    return value


def _integer(text: str) -> int | float:
    value = int(text)
    # Beyond 64 bits it becomes a double.
    return value if -(2**63) <= value < 2**64 else _double(text)


def _refuse(text: str) -> NoReturn:
    raise _Lost(text)


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
