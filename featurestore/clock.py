"""The one place that reads the time; dates written as text."""

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

    ``FEATURESTORE_TODAY`` (``YYYY-MM-DD``) overrides it, so that a demonstration or a test has the
    same result on any day.

    Raises:
        BadInput: the variable is not a date.
    """
    override = os.environ.get("FEATURESTORE_TODAY")
    if not override:
        return datetime.now(LEAGUE_ZONE).date()
    return parse_date(override, f"FEATURESTORE_TODAY {override}")


def parse_date(text: str, subject: str) -> date:
    """A date that is written as YYYY-MM-DD.

    Args:
        text: The date.
        subject: What the message starts with.

    Raises:
        BadInput: the text is not a date, or written in another way.
    """
    try:
        # fromisoformat would accept 20250115 and 2025-W03-3, too.
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise BadInput(
            f"{subject}: not a date", hint="write it as YYYY-MM-DD, such as 2025-01-15"
        ) from error
    # strptime accepts 2025-1-5.
    if str(day) != text:
        raise BadInput(f"{subject}: not YYYY-MM-DD", hint=f"write it as {day}")
    return day
