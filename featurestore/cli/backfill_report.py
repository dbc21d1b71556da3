"""What ``featurestore backfill`` prints."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import typer

from featurestore.cli import output

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from featurestore.backfill.date_states import DateState
    from featurestore.backfill.estimate import Forecast
    from featurestore.backfill.run import BackfillReport
    from featurestore.cost_estimate import Cost
    from sync.model import DateRange
    from sync.transfer.push import PushReport

_NOTHING_PLANNED: dict[str, object] = {
    "pull": [],
    "seasons": [],
    "dates": 0,
    "rows": 0,
    "rows_per_second": None,
    "runs": 0,
}
_NOTHING_DONE: dict[str, object] = {
    "pulled": [],
    "computed": None,
    "pushed": None,
    "mirrored": [],
    "gaps_resolved": 0,
    "settled": 0,
    "failed": [],
    "notes": [],
    "seconds": {},
}


def print_plan(plan: Forecast | None, cost: Cost | None, *, json: bool) -> None:
    """Print the plan of a dry run; None if there is nothing to do.

    ``cost`` is that of the pull; the cost of the push depends on which rows will have changed.
    """
    if json:
        body = output.plain(plan) if plan else _NOTHING_PLANNED
        seconds = plan.seconds if plan else None
        priced = {"cost": cost} if cost else {}
        output.print_json({"dry_run": True, **body, "seconds": seconds, **priced})
        return
    if plan is None:
        typer.echo("nothing to do")
        return
    output.print_table(
        "would pull, then compute, push and mirror",
        ("table", "partitions", "rows", "MB"),
        [(r.table, len(r.fetched), r.rows, r.bytes / 1e6) for r in plan.pull],
    )
    parts = len(plan.seasons)
    output.print_facts(
        f"would compute {plan.seasons[0].start} to {plan.seasons[-1].end}",
        {
            "dates": plan.dates,
            "parts, at most a season each": parts,
            "rows": plan.rows,
            "expected": _expected(plan),
        },
    )
    output.print_cost(cost)


def _expected(plan: Forecast) -> str:
    if plan.seconds is None or plan.rows_per_second is None:
        return "unknown: no earlier run of a similar size"
    runs = "run" if plan.runs == 1 else "runs"
    return (
        f"{plan.seconds:,.1f} seconds, at {plan.rows_per_second:,.0f} rows a second, the median"
        f" of {plan.runs} earlier {runs}"
    )


def print_nothing(dates: DateRange, *, json: bool) -> None:
    """Print that there is nothing to do in the range."""
    if json:
        output.print_json({"dry_run": False, "dates": dates, **_NOTHING_DONE})
    else:
        typer.echo(f"backfill {dates.start} to {dates.end}: nothing to do")


def print_report(report: BackfillReport, *, json: bool = False) -> None:
    """Print the summary table, a line a stage, then notes and failures."""
    if json:
        output.print_json({"dry_run": False, **output.plain(report)})
        return
    from featurestore.date_ranges import shown

    seconds = report.seconds
    pulled = report.pulled
    pull_seconds, compute_seconds = seconds.get("pull", 0.0), seconds.get("compute", 0.0)
    rows: list[tuple[object, ...]] = [
        ("pull", sum(len(p.fetched) for p in pulled), sum(p.rows for p in pulled), pull_seconds),
        ("compute", len(report.computed.computed), report.computed.rows, compute_seconds),
    ]
    if report.pushed:
        rows.append(("push", len(report.pushed.pushed), report.pushed.rows, seconds["push"]))
    if report.mirrored:
        moved = sum(m.sent + m.received for m in report.mirrored)
        rows.append(("mirror", None, moved, seconds["mirror"]))
    title = f"backfill {report.dates.start} to {report.dates.end}"
    output.print_table(title, ("stage", "dates", "rows", "seconds"), rows)
    typer.echo(
        f"gaps logged {report.computed.gaps_logged:,}, gaps resolved {report.gaps_resolved:,},"
        f" bootstrap dates skipped {len(report.computed.skipped):,}"
    )
    if report.settled:
        typer.echo(
            f"{report.settled:,} dates were already done and have not changed; --no-resume"
            " computes them again"
        )
    if report.pushed:
        _print_push(report.pushed)
    for note in (*report.notes, *report.computed.notes):
        typer.echo(f"note: {note}")
    for failed in report.failed:
        typer.echo(f"failed: {shown(failed.days)}: {failed.error}")
        first, last = failed.days[0], failed.days[-1]
        output.print_command(
            "  retry", f"featurestore backfill --start-date {first} --end-date {last}"
        )


def _print_push(pushed: PushReport) -> None:
    from featurestore.cli import push_report
    from featurestore.definitions import tables

    if pushed.job_ids:
        typer.echo(
            f"rows added {pushed.added:,}, replaced {pushed.replaced:,}, pruned {pushed.pruned:,}"
        )
    if pushed.kept:
        typer.echo(
            f"{pushed.kept:,} rows of these dates exist only in the warehouse and were"
            " kept; --prune removes them"
        )
    for note in push_report.notes(pushed, tables.tables()[tables.STORE].version_column):
        typer.echo(f"note: {note}")
    for job_id in pushed.job_ids:
        output.print_command("undo", f"featurestore push --undo {job_id}")


def print_states(states: Sequence[DateState], days: Collection[date] | None, *, json: bool) -> None:
    """Print how far each date got: a line for consecutive dates that are equal, or JSON for all."""
    kept = [state for state in states if days is None or state.day in days]
    if json:
        output.print_json({"dates": kept})
        return
    if not kept:
        typer.echo("no backfill has started any of these dates")
        return
    rows = []
    for (state, attempts, error), group in groupby(
        kept, lambda state_group: (state_group.state, state_group.attempts, state_group.error)
    ):
        same = list(group)
        rows.append((str(same[0].day), str(same[-1].day), len(same), state, attempts, error or ""))
    columns = ("first", "last", "dates", "state", "attempts", "error")
    output.print_table("", columns, rows)
