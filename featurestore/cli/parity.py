"""``featurestore parity``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from featurestore.config import Settings
    from featurestore.cost_estimate import Cost
    from featurestore.verify.parity_history import Last, Parity, Statement
    from sync.model import DateRange
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    max_bytes: options.MaxBytes = None,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Compare DuckDB with BigQuery: the constructs of the features' SQL, and the rows of a range.

    With a BigQuery warehouse the same statement runs on both, and the rows are compared column by
    column; the result is recorded until the SQL or a version changes. Exit code 1 on a difference
    or an unproven construct.
    """
    from featurestore.verify.parity_history import Parity, last, state

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    with replica.read() as con:
        before = last(con)
    cost = None
    with options.open_warehouse(settings, max_bytes) as warehouse:
        if dry_run:
            parity, cost = Parity(dates, None, state()), _price(warehouse, dates)
        else:
            parity = _check(replica, warehouse, dates, settings)
    if json:
        output.print_json(
            output.plain(parity)
            | {"is_good": parity.is_good, "before": before, "dry_run": dry_run}
            | ({"cost": cost} if cost else {})
        )
    else:
        _print(parity, before, warehouse.url, dry_run=dry_run)
        output.print_cost(cost)
    raise typer.Exit(0 if parity.is_good else 1)


def _price(warehouse: Warehouse, dates: DateRange) -> Cost | None:
    if warehouse.engine is None:
        return None
    from featurestore import cost_estimate
    from featurestore.clock import utc_now
    from featurestore.verify.parity import price
    from sync.budget import Account

    scanned = price(warehouse.engine, dates, utc_now())
    return cost_estimate.of_queries(warehouse.account or Account(), list(scanned.values()))


def _check(replica: Replica, warehouse: Warehouse, dates: DateRange, settings: Settings) -> Parity:
    from featurestore import run_history
    from featurestore.clock import utc_now
    from featurestore.verify.parity import check
    from sync.errors import BadInput

    with (
        run_history.record(replica, "parity", dates, warehouse) as run_record,
        output.progress() as announce,
    ):
        parity = check(
            replica,
            warehouse,
            dates,
            now=utc_now(),
            run_id=run_record.run_id,
            bootstrap_days=settings.bootstrap_days,
            progress=announce("compute"),
        )
        if parity.comparison and not (parity.comparison.rows_here or parity.comparison.rows_there):
            raise BadInput(
                f"parity {dates}: nothing was compared: neither engine has rows of these dates",
                hint="name a range with games",
            )
        run_record.add({"calculate_time": sum(parity.seconds.values())}, parity.seconds)
        run_record.records_processed = parity.comparison.rows_here if parity.comparison else 0
    for name, seconds in parity.seconds.items():
        typer.echo(f"[QUERY_TIMING] parity {name}: {seconds:.2f}s", err=True)
    return parity


def _print(parity: Parity, before: Last | None, url: str, *, dry_run: bool) -> None:
    from featurestore.cli.comparison import print_comparison

    _print_statement(parity.statement)
    typer.echo(str(before) if before else "the engines have not been compared before")
    if parity.comparison:
        print_comparison(parity.comparison, "in BigQuery")
        typer.echo(
            f"{parity.dates.start} to {parity.dates.end}:"
            f" {'the same' if parity.comparison.is_same else 'different'}"
        )
    elif not dry_run:
        why = (
            "a construct is not proven"
            if parity.statement.unproven
            else f"warehouse {url} runs no queries"
        )
        typer.echo(f"no rows were compared: {why}")


def _print_statement(statement: Statement) -> None:
    output.print_facts(
        "the features' SQL",
        {
            "sha256": statement.sql_digest,
            "sqlglot": statement.sqlglot_version,
            "duckdb": statement.duckdb_version,
            "constructs": len(statement.constructs),
            "proven": len(statement.constructs) - len(statement.unproven),
        },
    )
    typer.echo(f"  {', '.join(statement.constructs)}")
    if statement.unproven:
        typer.echo(f"NOT proven: {', '.join(statement.unproven)}")
