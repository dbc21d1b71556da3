"""Timings as a page: seconds by processor, stage and query, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.pages import frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.reports.timings import Part, Timings


def page(report: Timings, top: int) -> str:
    """The page of a report, with its ``top`` slowest queries."""
    changed = {change.processor: change for change in report.changes}
    processors = []
    for line in report.processors:
        change = changed.get(line.processor)
        percent = "" if change is None or change.change_pct is None else change.change_pct
        processors.append(
            (
                line.processor,
                *map(frame.number, (line.runs, line.succeeded, line.failed, line.stale)),
                frame.number(line.p50_seconds, 2),
                frame.number(line.p95_seconds, 2),
                f"{percent:+.0f} %" if percent != "" else "",
            )
        )
    return frame.render(
        "timings",
        title=f"Timings {report.dates.start} to {report.dates.end}",
        processors=processors,
        stages=_bars(report.stages),
        queries=_bars(report.queries[:top]),
        stale=[
            (one.processor, one.run_id, f"{one.started_at:%Y-%m-%d %H:%M}")
            for one in report.stale_runs
        ],
    )


def _bars(parts: Sequence[Part]) -> list[tuple[str, str, list[tuple[float, str, str]], str, str]]:
    """Processor, name, bar, median and total seconds; bars are shares of the longest."""
    longest = max((part.total_seconds for part in parts), default=0.0) or 1.0
    return [
        (
            part.processor,
            part.name,
            [(100 * part.total_seconds / longest, "bar", f"{part.total_seconds:,.2f} s")],
            frame.number(part.p50_seconds, 2),
            frame.number(part.total_seconds, 2),
        )
        for part in parts
    ]
