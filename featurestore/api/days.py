"""Dates as callers of the Python interface write them. Pure."""

from __future__ import annotations

from datetime import date

from sync.errors import BadInput
from sync.model import DateRange

Day = str | date


def to_date(value: Day) -> date:
    """A date, or one written as YYYY-MM-DD.

    Raises:
        BadInput: the text is not a date.
    """
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise BadInput(f"{value!r}: not a date", hint="write it as YYYY-MM-DD") from error


def to_range(start: Day, end: Day) -> DateRange:
    """From one date to another, both included.

    Raises:
        BadInput: a text is not a date, or the range ends before it starts.
    """
    return DateRange(to_date(start), to_date(end))
