"""Reports of computations, single and merged. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sync.model import DateRange


@dataclass(frozen=True, slots=True)
class ComputeReport:
    """What a compute wrote, or would write.

    Attributes:
        dates: The range, both ends included.
        computed: Dates whose rows were swapped, the empty ones included.
        skipped: Bootstrap dates that were left as they are.
        rows: Store rows written.
        gaps_logged: Gaps opened.
        seconds: By stage: ``extract_time``, ``calculate_time``, ``save_time``.
        detail: Seconds by relation.
        notes: Such as a season that the calendar lacks.
    """

    dates: DateRange
    computed: tuple[date, ...]
    skipped: tuple[date, ...]
    rows: int
    gaps_logged: int
    seconds: Mapping[str, float] = field(default_factory=dict)
    detail: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def merged_compute(dates: DateRange, reports: Sequence[ComputeReport]) -> ComputeReport:
    """Several computations as one report."""
    return ComputeReport(
        dates,
        computed=tuple(day for report in reports for day in report.computed),
        skipped=tuple(day for report in reports for day in report.skipped),
        rows=sum(report.rows for report in reports),
        gaps_logged=sum(report.gaps_logged for report in reports),
        seconds=added(report.seconds for report in reports),
        detail=added(report.detail for report in reports),
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
    )


def added(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Seconds by name, summed."""
    total: dict[str, float] = {}
    for part in parts:
        for name, seconds in part.items():
            total[name] = total.get(name, 0.0) + seconds
    return total
