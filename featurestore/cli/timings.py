"""``featurestore timings``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from featurestore.reports.timings import Change, Part, Processor, Timings

_DAYS = 30


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    top: Annotated[int, typer.Option("--top", min=0, help="How many slow queries to show.")] = 10,
    stale_hours: Annotated[
        float,
        typer.Option("--stale-hours", min=0, help="Hours after which an unfinished run is stale."),
    ] = 6.0,
    html: options.Html = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Show seconds by processor and stage, slow queries and changes; by default of 30 days."""
    from featurestore.clock import league_today, utc_now
    from featurestore.reports.timings import timings

    if start_date is None and end_date is None and season is None:
        today = league_today()
        start_date, end_date = str(today - timedelta(days=_DAYS - 1)), str(today)
    dates = options.date_range(start_date, end_date, season)
    options.require_page_library(html)
    replica = options.open_replica(options.load_settings(config))
    report = timings(replica, dates, now=utc_now(), stale_hours=stale_hours)
    if json:
        output.print_json(_document(report, top))
    elif report.processors:
        _print(report, top)
    else:
        typer.echo(f"no runs from {dates.start} to {dates.end}, the dates on which commands ran")
    if html is not None:
        from featurestore.pages import timings as timings_page

        options.write_page(html, timings_page.page(report, top))


def _document(report: Timings, top: int) -> dict[str, object]:
    return {
        "start_date": report.dates.start,
        "end_date": report.dates.end,
        "processors": report.processors,
        "stages": report.stages,
        "slowest_queries": report.queries[:top],
        "changes": report.changes,
        "stale_runs": report.stale_runs,
        "without_breakdown": report.without_breakdown,
    }


def _print(report: Timings, top: int) -> None:
    changes = {change.processor: change for change in report.changes}
    output.print_table(
        f"runs {report.dates.start} to {report.dates.end}, seconds of those that succeeded",
        ("processor", "runs", "success", "failed", "running", "stale", "p50", "p95", "change"),
        [_processor_row(line, changes.get(line.processor)) for line in report.processors],
        expendable=("stale", "running", "p95"),
        styles={"failed": _alarm, "stale": _alarm, "change": _slower},
    )
    if report.stages:
        output.print_table(
            "stages",
            ("processor", "stage", "runs", "p50", "p95", "total", "share %"),
            [_part_row(part) for part in report.stages],
            expendable=("total", "p95"),
        )
    if report.queries[:top]:
        output.print_table(
            f"slowest queries, {min(top, len(report.queries))} of {len(report.queries)}",
            ("processor", "query", "runs", "p50", "p95", "total", "share %"),
            [_part_row(part) for part in report.queries[:top]],
            expendable=("total", "p95"),
        )
    for change in report.changes:
        if change.is_changed:
            typer.echo(_changed(change))
    if report.without_breakdown:
        typer.echo(f"note: no stage timings reported by {', '.join(report.without_breakdown)}")
    for stale in report.stale_runs:
        typer.echo(
            f"note: {stale.processor} {stale.run_id} never finished; it started"
            f" {stale.started_at:%Y-%m-%d %H:%M}"
        )


def _processor_row(line: Processor, change: Change | None) -> tuple[object, ...]:
    counts = (line.runs, line.succeeded, line.failed, line.running, line.stale)
    shown = ""
    if change is not None and change.change_pct is not None:
        shown = f"{round(change.change_pct):+d} %" + (" !" if change.is_changed else "")
    return (line.processor, *counts, line.p50_seconds, line.p95_seconds, shown)


def _alarm(count: object) -> str | None:
    return "red" if count else None


def _slower(change: object) -> str | None:
    return "yellow" if str(change).endswith("!") else None


def _part_row(part: Part) -> tuple[object, ...]:
    seconds = (part.p50_seconds, part.p95_seconds, part.total_seconds)
    return (part.processor, part.name, part.runs, *seconds, part.share_pct)


def _changed(change: Change) -> str:
    word = "slower" if change.seconds > change.baseline_seconds else "faster"
    return (
        f"changed: {change.processor} {change.run_id} is {word}: {change.seconds:.3g} s per 1,000"
        f" rows; the median of {change.earlier_runs} earlier runs of similar size is"
        f" {change.baseline_seconds:.3g}, give or take {change.mad_seconds:.2g}"
    )
