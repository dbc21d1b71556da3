"""The reports of several computations and pushes as one. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from featurestore.compute import ComputeReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sync.model import DateRange
    from sync.push import PushReport


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
    )


def merged_push(dates: DateRange, reports: Sequence[PushReport]) -> PushReport | None:
    """Several pushes as one report; None without any."""
    if not reports:
        return None
    return replace(
        reports[0],
        dates=dates,
        pushed=tuple(day for report in reports for day in report.pushed),
        unchanged=sum(report.unchanged for report in reports),
        rows=sum(report.rows for report in reports),
        deleted=sum(report.deleted for report in reports),
        kept=sum(report.kept for report in reports),
        job_ids=tuple(job for report in reports for job in report.job_ids),
        repeated=sum(report.repeated for report in reports),
        seconds=sum(report.seconds for report in reports),
    )


def added(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Seconds by name, summed."""
    total: dict[str, float] = {}
    for part in parts:
        for name, seconds in part.items():
            total[name] = total.get(name, 0.0) + seconds
    return total
