"""The JSON that verbs write: values, escapes, and the version of the documents."""

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
    """A value in JSON's types: dataclasses as objects, dates as text, bytes as base64.

    A NUMERIC is a number if a double has exactly its value, else text, as in BigQuery's
    ``TO_JSON_STRING``; so are NaN and the infinities, for which JSON has no number.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
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
    """One document: ``schema_version``, then the fields of an object or a dataclass."""
    return json_text({"schema_version": SCHEMA_VERSION, **plain(fields)}, indent=indent)


def json_text(value: object, *, indent: int | None = 2) -> str:
    """A plain value as JSON that is safe on a terminal."""
    # json escapes every control character but this one.
    return json.dumps(value, indent=indent, default=str, allow_nan=False).replace("\x7f", "\\u007f")
