"""Dates as callers of the Python interface write them. Pure."""

from __future__ import annotations

from datetime import date

from featurestore.clock import parse_date
from sync.model import DateRange

Day = str | date


def to_date(value: Day) -> date:
    """A date, or one written as YYYY-MM-DD.

    Raises:
        BadInput: the text is not a date, or written in another way.
    """
    return value if isinstance(value, date) else parse_date(value, repr(value))


def to_range(start: Day, end: Day) -> DateRange:
    """The range from one date to another, both included.

    Raises:
        BadInput: a text is not a date, or the range ends before it starts.
    """
    return DateRange(to_date(start), to_date(end))
