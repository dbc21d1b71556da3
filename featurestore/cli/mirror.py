"""``featurestore mirror``."""

from __future__ import annotations

from featurestore.cli import options, output


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    max_bytes: options.MaxBytes = None,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Exchange the gaps of a range, and the runs of the last week, with the warehouse."""
    from featurestore import cost_estimate, run_history
    from featurestore.backfill.run import mirror_both

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    cost = None
    with options.open_warehouse(settings, max_bytes) as warehouse:
        if dry_run:
            reports = mirror_both(replica, warehouse, dates, dry_run=True)
            if account := warehouse.account:
                cost = cost_estimate.of_looking(account)
        else:
            with run_history.record(replica, "mirror", dates, warehouse) as run_record:
                reports = mirror_both(replica, warehouse, dates)
                run_record.add({"save_time": sum(r.seconds for r in reports)}, {})
    if json:
        output.print_json(
            {"dry_run": dry_run, "tables": reports} | ({"cost": cost} if cost else {})
        )
        return
    output.print_table(
        "would mirror" if dry_run else "mirrored",
        ("table", "from", "to", "rows received", "rows sent", "seconds"),
        [
            (r.table, str(r.dates.start), str(r.dates.end), r.received, r.sent, r.seconds)
            for r in reports
        ],
        expendable=("seconds", "from", "to"),
    )
    output.print_notes(warehouse.account)
    output.print_cost(cost)
