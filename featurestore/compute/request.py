"""What to compute: the argument of every computation of features. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from sync.model import DateRange

DEFAULT_BOOTSTRAP_DAYS = 14


@dataclass(frozen=True, slots=True)
class ComputeRequest:
    """A range of dates, and the options that the rows of a date depend on.

    Attributes:
        dates: Both ends included.
        computed_at: Becomes ``created_at``, ``updated_at`` and ``detected_at``.
        include_bootstrap: Also write rows for a season's first days.
        include_injured: Also write rows for listed players without a summary row.
        bootstrap_days: The number of those first days.
    """

    dates: DateRange
    computed_at: datetime
    include_bootstrap: bool = False
    include_injured: bool = False
    bootstrap_days: int = DEFAULT_BOOTSTRAP_DAYS

    def over(self, dates: DateRange) -> ComputeRequest:
        """The same request over other dates."""
        return replace(self, dates=dates)

    def options(self) -> dict[str, bool | int]:
        """The options by name, as the replica's ledger records them with each computed date."""
        return {
            "include_bootstrap": self.include_bootstrap,
            "include_injured": self.include_injured,
            "bootstrap_days": self.bootstrap_days,
        }

    def parameters(self) -> dict[str, object]:
        """The values of the parameters that the SQL under ``sql/features`` names."""
        return {
            "start_date": self.dates.start,
            "end_date": self.dates.end,
            "include_bootstrap": self.include_bootstrap,
            "include_injured": self.include_injured,
            "bootstrap_days": self.bootstrap_days,
            "computed_at": self.computed_at,
        }
