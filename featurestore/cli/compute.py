"""``featurestore compute``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output

IncludeBootstrap = Annotated[
    bool,
    typer.Option("--include-bootstrap", help="Write rows for a season's first days, too."),
]


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    include_bootstrap: IncludeBootstrap = False,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Compute the features of a range in the replica; who gets no row is logged as a gap."""
    from featurestore import runs
    from featurestore.clock import utc_now
    from featurestore.compute import ComputeReport, compute

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)

    def work(run_id: str) -> ComputeReport:
        with output.progress() as announce:
            return compute(
                replica,
                dates,
                now=utc_now(),
                include_bootstrap=include_bootstrap,
                bootstrap_days=settings.bootstrap_days,
                run_id=run_id,
                dry_run=dry_run,
                progress=announce("compute"),
            )

    if dry_run:
        report = work("")
    else:
        with runs.record(replica, "compute", dates) as run_record:
            report = work(run_record.run_id)
            run_record.add(report.seconds, report.detail)
            run_record.records_created = report.rows
    if json:
        output.print_json(report)
        return
    output.print_facts(
        f"{'would compute' if dry_run else 'computed'} {dates.start} to {dates.end}",
        {
            "dates": len(report.computed),
            "bootstrap dates skipped": len(report.skipped),
            "rows": report.rows,
            "gaps logged": report.gaps_logged,
            "seconds": float(sum(report.seconds.values())),
        },
    )
