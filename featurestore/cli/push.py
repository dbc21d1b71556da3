"""``featurestore push``."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from featurestore.cli import options, output

Prune = Annotated[
    bool, typer.Option("--prune", help="Also remove rows that only the warehouse has.")
]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Overwrite rows that changed in the warehouse, were never seen, or have another"
        " feature version.",
    ),
]
NewSql = Annotated[
    bool,
    typer.Option(
        "--new-sql",
        help="Push rows although their SQL differs from that of the last push; needed once.",
    ),
]
Undo = Annotated[
    str | None,
    typer.Option(
        "--undo",
        metavar="JOB",
        help="Restore what this push job replaced, within seven days; needs no range.",
    ),
]


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    prune: Prune = False,
    force: Force = False,
    new_sql: NewSql = False,
    undo: Undo = None,
    max_bytes: options.MaxBytes = None,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Push the computed partitions of a range to the warehouse: all dates or none, once.

    Columns that the schema does not declare keep their values. Rows in the warehouse that this
    replica never saw, or that changed since it saw them, are a conflict (exit code 5) unless they
    equal ours. Rows computed by different SQL than those last pushed are refused (exit code 3)
    without --new-sql. --undo reverts a push; rows that changed after it are a conflict, too.
    """
    if undo is not None:
        _undo(undo, (start_date, end_date, season), max_bytes, config, dry_run=dry_run, json=json)
        return
    from featurestore import cost_estimate, run_history
    from featurestore.cli import push_report
    from featurestore.compute.stages import push_store
    from featurestore.definitions import tables

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    store = tables.tables()[tables.STORE]
    cost = None
    with options.open_warehouse(settings, max_bytes) as warehouse:
        options.announce_warnings(warehouse, [tables.STORE])
        push_dates = partial(
            push_store, replica, warehouse, dates, prune=prune, force=force, new_sql=new_sql
        )
        if dry_run:
            report = push_dates(None, dry_run=True)
            if account := warehouse.account:
                cost = cost_estimate.of_push(account, report, tables.row_bytes(store))
        else:
            watcher = options.watcher(settings)
            with run_history.record(replica, "push", dates, warehouse, watcher) as run_record:
                report = push_dates(run_record)
                run_record.add({"save_time": report.seconds}, {})
                run_record.records_created = report.rows
    if json:
        priced = {"cost": cost} if cost else {}
        output.print_json({"dry_run": dry_run, **output.plain(report), **priced})
        return
    title = f"{'would push' if dry_run else 'pushed'} {dates.start} to {dates.end}"
    output.print_facts(title, push_report.facts(report) | {"seconds": report.seconds})
    for note in push_report.notes(report, store.version_column):
        typer.echo(f"note: {note}")
    for job_id in report.job_ids:
        output.print_command("undo", f"featurestore push --undo {job_id}")
    output.print_cost(cost)


def _undo(
    job_id: str,
    range_options: tuple[str | None, ...],
    max_bytes: int | None,
    config: Path | None,
    *,
    dry_run: bool,
    json: bool,
) -> None:
    """Revert a push, and print what was done."""
    from featurestore import run_history
    from featurestore.definitions import tables
    from sync.errors import BadInput
    from sync.transfer.undo import undo_push

    if any(range_options):
        raise BadInput(
            "--undo: cannot be combined with a range: it restores the job's own dates",
            hint=f"featurestore push --undo {job_id}",
        )
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    store = tables.tables()[tables.STORE]
    with options.open_warehouse(settings, max_bytes) as warehouse:
        recorded = nullcontext() if dry_run else run_history.costs(replica, "undo", warehouse)
        with recorded:
            report = undo_push(
                replica,
                warehouse,
                store,
                job_id,
                dry_run=dry_run,
                labels={"featurestore_verb": "undo"},
            )
    if json:
        output.print_json({"dry_run": dry_run, **output.plain(report)})
        return
    done = "already reverted" if report.repeated else "reverted"
    shown = {"dates": len(report.dates)}
    if report.removed is not None and report.restored is not None:
        shown |= {"rows removed": report.removed, "rows restored": report.restored}
    output.print_facts(
        f"{'would revert' if dry_run else done} {job_id}", shown | {"seconds": report.seconds}
    )
    output.print_notes(warehouse.account)
