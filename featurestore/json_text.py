"""JSON as every verb writes it: its values, its escapes, the version of its documents."""

from __future__ import annotations

import base64
import dataclasses
import json
import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

# Raised when a property of a document is renamed, removed or changes its meaning: docs/json.md.
SCHEMA_VERSION = 1


def plain(value: Any) -> Any:
    """A value as JSON knows it: dataclasses as objects, dates as text, bytes as base64.

    A NUMERIC is a number where a double holds its very value, else text, as BigQuery's
    ``TO_JSON_STRING`` writes it; so are NaN and the infinities, which JSON has no number for.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(found) for key, found in value.items()}
    if isinstance(value, list | tuple):
        return [plain(found) for found in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        # normalize() would round to the context's precision.
        is_double = Decimal(repr(float(value))) == value
        return float(value) if is_double else f"{value:f}".rstrip("0").rstrip(".")
    return value


def document_text(fields: Any, *, indent: int | None = 2) -> str:
    """One document: an object's fields, or a dataclass's, after the version of their meaning."""
    return json_text({"schema_version": SCHEMA_VERSION, **plain(fields)}, indent=indent)


def json_text(value: object, *, indent: int | None = 2) -> str:
    """A plain value as JSON that a terminal may show."""
    # json escapes every control character but this one.
    return json.dumps(value, indent=indent, default=str, allow_nan=False).replace("\x7f", "\\u007f")
