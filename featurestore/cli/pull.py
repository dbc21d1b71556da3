"""``featurestore pull``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output


def run(
    table: Annotated[
        list[str] | None, typer.Option("--table", help="Only this table; may be repeated.")
    ] = None,
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    max_bytes: options.MaxBytes = None,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Pull the partitions of a range, and of the lookback before it, into the replica."""
    from featurestore import cost_estimate, run_history
    from featurestore.compute.inputs import pull_inputs
    from featurestore.compute.stages import pull_table
    from featurestore.definitions import sql_files, tables
    from featurestore.run_history import Run
    from sync.transfer.pull import PullReport

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    chosen = [tables.table(name) for name in table or ()]
    replica = options.open_replica(settings)

    def work(progress: output.Announce, run: Run | None) -> tuple[PullReport, ...]:
        if not chosen:
            return pull_inputs(
                replica, warehouse, dates, dry_run=dry_run, run=run, progress=progress("pull")
            )
        needed = dates.with_lookback(sql_files.lookback_days())
        return tuple(
            pull_table(
                replica,
                warehouse,
                one,
                needed if one.direction == "pulled" else dates,
                dry_run=dry_run,
                run=run,
                progress=progress(one.name),
            )
            for one in chosen
        )

    read = [one.full_name for one in chosen] or [tables.SUMMARY, tables.INJURIES]
    cost = None
    with options.open_warehouse(settings, max_bytes) as warehouse, output.progress() as announce:
        options.announce_warnings(warehouse, read)
        if dry_run:
            reports = work(announce, None)
            if account := warehouse.account:
                cost = cost_estimate.of_pull(account, reports)
        else:
            watcher = options.watcher(settings)
            with run_history.record(replica, "pull", dates, warehouse, watcher) as run_record:
                reports = work(announce, run_record)
                run_record.add({"extract_time": sum(r.seconds for r in reports)}, {})
                run_record.records_processed = sum(r.rows for r in reports)
    if json:
        output.print_json(
            {"dry_run": dry_run, "tables": reports} | ({"cost": cost} if cost else {})
        )
        return
    output.print_table(
        "would pull" if dry_run else "pulled",
        ("table", "from", "to", "partitions", "empty", "unchanged", "rows", "MB", "seconds"),
        [
            (
                r.table,
                str(r.dates.start),
                str(r.dates.end),
                len(r.fetched),
                len(r.emptied),
                r.unchanged,
                r.rows,
                r.bytes / 1e6,
                r.seconds,
            )
            for r in reports
        ],
        expendable=("empty", "seconds", "MB", "from", "to"),
    )
    output.print_cost(cost)
