"""``featurestore compute``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output, relation_rows

if TYPE_CHECKING:
    from featurestore.compute.report import ComputeReport
    from featurestore.compute.request import ComputeRequest
    from featurestore.config import Settings
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse


class EngineName(StrEnum):
    """Where the features are computed."""

    duckdb = "duckdb"
    bigquery = "bigquery"


IncludeBootstrap = Annotated[
    bool,
    typer.Option("--include-bootstrap", help="Also write rows for a season's first 14 days."),
]

IncludeInjured = Annotated[
    bool,
    typer.Option(
        "--include-injured",
        help="Also write rows for players on the injury report without a game summary.",
    ),
]


Engine = Annotated[
    EngineName, typer.Option("--engine", help="Where to compute: here, or in BigQuery.")
]


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    include_bootstrap: IncludeBootstrap = False,
    include_injured: IncludeInjured = False,
    engine: Engine = EngineName.duckdb,
    max_bytes: options.MaxBytes = None,
    relation: Annotated[
        str | None,
        typer.Option(help="Compute only this relation, and print or write it; nothing is stored."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="With --relation: write to FILE.parquet or FILE.csv."),
    ] = None,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Compute the features of a range into the replica; log a gap for each player without a row."""
    from featurestore.clock import utc_now
    from featurestore.compute.request import ComputeRequest
    from sync.errors import BadInput

    if relation is None and file is not None:
        raise BadInput("--output: needs --relation", hint="add --relation NAME")
    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    request = ComputeRequest(
        dates, utc_now(), include_bootstrap, include_injured, settings.bootstrap_days
    )
    if relation is not None:
        if engine is not EngineName.duckdb or dry_run:
            raise BadInput(
                "--relation: cannot be combined with --engine bigquery or --dry-run",
                hint="drop them: a single relation is computed here, and nothing is stored",
            )
        relation_rows.compute_relation(settings, relation, request, file, json=json)
        return
    if engine is EngineName.duckdb:
        report = _here(replica, settings, request, dry_run=dry_run)
    else:
        with options.open_warehouse(settings, max_bytes) as warehouse:
            if dry_run:
                _price(warehouse, request, json=json)
                return
            report = _there(replica, warehouse, settings, request)
    if json:
        output.print_json({"dry_run": dry_run, **output.plain(report)})
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
    for note in report.notes:
        typer.echo(f"note: {note}")


def _here(
    replica: Replica, settings: Settings, request: ComputeRequest, *, dry_run: bool
) -> ComputeReport:
    from featurestore import run_history
    from featurestore.compute.held_games import require_in_replica
    from featurestore.compute.local import compute, require_pulled
    from featurestore.definitions import tables
    from featurestore.steps import Step

    def work(run_id: str) -> ComputeReport:
        with replica.read() as con:
            require_pulled(con, request.dates)
        require_in_replica(replica, request.dates)
        with output.progress() as announce:
            return compute(
                replica, request, run_id=run_id, dry_run=dry_run, progress=announce("compute")
            )

    if dry_run:
        return work("")
    watcher = options.watcher(settings)
    with run_history.record(replica, "compute", request.dates, watcher=watcher) as run_record:
        with watcher.step(Step("compute", tables.STORE, request.dates)) as outcome:
            report = work(run_record.run_id)
            outcome.rows = report.rows
        run_record.add(report.seconds, report.detail)
        run_record.records_created = report.rows
    return report


def _there(
    replica: Replica, warehouse: Warehouse, settings: Settings, request: ComputeRequest
) -> ComputeReport:
    from featurestore import run_history
    from featurestore.compute.warehouse import compute_in_warehouse, require_engine
    from featurestore.definitions import tables
    from featurestore.steps import Step

    engine = require_engine(warehouse)
    watcher = options.watcher(settings)
    step = Step("compute", tables.STORE, request.dates, warehouse.url)
    with run_history.record(replica, "compute", request.dates, warehouse, watcher) as run_record:
        with watcher.step(step) as outcome, output.progress() as announce:
            report = compute_in_warehouse(
                replica,
                engine,
                request,
                run_id=run_record.run_id,
                progress=announce("compute"),
            )
            outcome.rows = report.rows
            entries = warehouse.account.entries if warehouse.account else []
            outcome.job_id = "".join([job.job_id for job in entries if job.kind == "query"][-1:])
        run_record.add(report.seconds, report.detail)
        run_record.records_created = report.rows
    for name, seconds in report.detail.items():
        typer.echo(f"[QUERY_TIMING] {name}: {seconds:.2f}s", err=True)
    return report


def _price(warehouse: Warehouse, request: ComputeRequest, *, json: bool) -> None:
    from featurestore import cost_estimate
    from featurestore.compute.warehouse import prices, require_engine
    from sync.budget import Account

    scanned_bytes = prices(require_engine(warehouse), request)
    account = warehouse.account or Account()
    cost = cost_estimate.of_queries(account, list(scanned_bytes.values()))
    if json:
        output.print_json({"dry_run": True, "scanned_bytes": scanned_bytes, "cost": cost})
        return
    output.print_facts(
        f"would compute in BigQuery {request.dates.start} to {request.dates.end}", scanned_bytes
    )
    output.print_cost(cost)
