"""``featurestore push``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output

Prune = Annotated[
    bool, typer.Option("--prune", help="Also remove rows that only the warehouse has.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Write over partitions that changed in the warehouse.")
]


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    prune: Prune = False,
    force: Force = False,
    max_bytes: options.MaxBytes = None,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Push the computed partitions of a range to the warehouse: all dates or none, once."""
    from featurestore import cost_estimate, run_history
    from featurestore.definitions import tables
    from sync.transfer.push import push

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    store = tables.tables()[tables.STORE]
    cost = None
    with options.open_warehouse(settings, max_bytes) as warehouse:
        options.announce_warnings(warehouse, [tables.STORE])
        if dry_run:
            report = push(replica, warehouse, store, dates, prune=prune, force=force, dry_run=True)
            if account := warehouse.account:
                cost = cost_estimate.of_push(account, report, tables.row_bytes(store))
        else:
            with run_history.record(replica, "push", dates, warehouse) as run_record:
                labels = {"featurestore_run": run_record.run_id, "featurestore_verb": "push"}
                report = push(
                    replica, warehouse, store, dates, prune=prune, force=force, labels=labels
                )
                run_record.add({"save_time": report.seconds}, {})
                run_record.records_created = report.rows
    if json:
        output.print_json(output.plain(report) | ({"cost": cost} if cost else {}))
        return
    output.print_facts(
        f"{'would push' if dry_run else 'pushed'} {dates.start} to {dates.end}",
        {
            "dates": len(report.pushed),
            "dates unchanged": report.unchanged,
            "rows": report.rows,
            "rows replaced or pruned": report.deleted,
            "rows only the warehouse has, kept": report.kept,
            "seconds": report.seconds,
        },
    )
    output.print_cost(cost)
