"""The one place that reads the time."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sync.errors import BadInput

LEAGUE_ZONE = ZoneInfo("America/New_York")


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def league_today() -> date:
    """The league's calendar date, which is New York's.

    ``FEATURESTORE_TODAY`` (``YYYY-MM-DD``) stands in for it, so that a demonstration or a test
    gives the same result on any day.

    Raises:
        BadInput: the variable holds no date.
    """
    override = os.environ.get("FEATURESTORE_TODAY")
    if not override:
        return datetime.now(LEAGUE_ZONE).date()
    try:
        return date.fromisoformat(override)
    except ValueError as error:
        raise BadInput(
            f"FEATURESTORE_TODAY: {override!r} is not a date", hint="write it as YYYY-MM-DD"
        ) from error
