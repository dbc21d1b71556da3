"""Values of Python and Arrow as JSON has them."""

from __future__ import annotations

import base64
import dataclasses
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """A value as JSON knows it: dataclasses as objects, dates as text, bytes as base64.

    A NUMERIC is a number where a double holds its very value, else text, as BigQuery's
    ``TO_JSON_STRING`` writes it.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(found) for key, found in value.items()}
    if isinstance(value, list | tuple):
        return [plain(found) for found in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        # normalize() would round to the context's precision.
        is_double = Decimal(repr(float(value))) == value
        return float(value) if is_double else f"{value:f}".rstrip("0").rstrip(".")
    return value
