"""``featurestore backfill``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output
from featurestore.cli.compute import IncludeBootstrap
from featurestore.cli.push import Force, Prune

if TYPE_CHECKING:
    from featurestore.backfill import BackfillReport


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    include_bootstrap: IncludeBootstrap = False,
    no_push: Annotated[
        bool, typer.Option("--no-push", help="Leave the warehouse as it is.")
    ] = False,
    prune: Prune = False,
    force: Force = False,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Pull, compute, push and mirror a range; resolve the gaps that now have a row."""
    from featurestore import runs
    from featurestore.backfill import backfill, pull_inputs

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    with options.open_warehouse(settings) as warehouse, output.progress() as announce:
        if dry_run:
            plan = pull_inputs(replica, warehouse, dates, dry_run=True)
            _print_plan(plan, json=json)
            return
        with runs.record(replica, "backfill", dates) as run_record:
            report = backfill(
                replica,
                warehouse,
                dates,
                settings,
                run_record,
                include_bootstrap=include_bootstrap,
                no_push=no_push,
                prune=prune,
                force=force,
                announce=announce,
            )
    if json:
        output.print_json(report)
    else:
        print_report(report)


def _print_plan(plan: tuple[object, ...], *, json: bool) -> None:
    if json:
        output.print_json({"dry_run": True, "pull": plan})
        return
    output.print_table(
        "would pull, then compute, push and mirror",
        ("table", "partitions", "rows", "MB"),
        [(r.table, len(r.fetched), r.rows, r.bytes / 1e6) for r in plan],  # type: ignore[attr-defined]
    )


def print_report(report: BackfillReport) -> None:
    """The summary table: a line a stage."""
    seconds = report.seconds
    pulled = report.pulled
    rows: list[tuple[object, ...]] = [
        ("pull", sum(len(p.fetched) for p in pulled), sum(p.rows for p in pulled), seconds["pull"]),
        ("compute", len(report.computed.computed), report.computed.rows, seconds["compute"]),
    ]
    if report.pushed:
        rows.append(("push", len(report.pushed.pushed), report.pushed.rows, seconds["push"]))
        moved = sum(m.sent + m.received for m in report.mirrored)
        rows.append(("mirror", None, moved, seconds["mirror"]))
    title = f"backfill {report.dates.start} to {report.dates.end}"
    output.print_table(title, ("stage", "dates", "rows", "seconds"), rows)
    typer.echo(
        f"gaps logged {report.computed.gaps_logged:,}, gaps resolved {report.gaps_resolved:,},"
        f" bootstrap dates skipped {len(report.computed.skipped):,}"
    )
    if report.pushed and report.pushed.kept:
        typer.echo(
            f"{report.pushed.kept:,} rows of these dates stand only in the warehouse and were"
            " kept; --prune removes them"
        )
