"""``featurestore warehouse load``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from featurestore.cli import options, output

app = typer.Typer(help="Work on the embedded warehouse.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Work on the embedded warehouse."""


@app.command("load")
def load(
    table: Annotated[
        str, typer.Argument(help="A table, such as nba_analytics.player_game_summary.")
    ],
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Parquet, CSV or JSON files, compressed ones such as .csv.gz too, or folders."
        ),
    ],
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="Skip columns that the table does not have.")
    ] = False,
    rounding: Annotated[
        bool,
        typer.Option("--round", help="Round values to the scale of NUMERIC, half away from zero."),
    ] = False,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Load files into a table of the embedded warehouse, replacing whole partitions.

    CSV is comma-separated (semicolon or tab if the header has no comma), in UTF-8, with " as the
    quote; an empty value is NULL, "" an empty string. Column names ignore case; folders such as
    game_date=2024-10-22 are columns. Values that the table's types would change are refused.
    """
    from featurestore.definitions import tables
    from sync.embedded.load import load_files
    from sync.embedded.warehouse import EmbeddedWarehouse
    from sync.errors import BadInput
    from sync.open_warehouse import open_warehouse

    settings = options.load_settings(config)
    target = tables.table(table)
    with open_warehouse(
        settings.warehouse,
        lock_wait_seconds=settings.lock_wait_seconds,
        datasets=settings.datasets,
    ) as warehouse:
        if not isinstance(warehouse, EmbeddedWarehouse):
            raise BadInput(
                f"warehouse {settings.warehouse}: only the embedded warehouse takes files",
                hint="set warehouse = 'data/warehouse.duckdb'",
            )
        report = load_files(
            warehouse,
            target,
            files,
            ignore_unknown=ignore_unknown,
            rounding=rounding,
            dry_run=dry_run,
        )
    if json:
        output.print_json({"dry_run": dry_run, **output.plain(report)})
        return
    dates = f"{report.dates[0]} to {report.dates[-1]}"
    word = "would load" if dry_run else "loaded"
    typer.echo(
        f"{word} {output.counted(report.rows, 'row')} into {report.table}:"
        f" {output.counted(len(report.dates), 'date')}, {dates},"
        f" {report.seconds:.1f} s"
    )
    if report.ignored:
        typer.echo(f"ignored columns: {', '.join(report.ignored)}")
    for file in report.repeated_files:
        typer.echo(f"named twice, read once: {file}")
    if report.identical_rows:
        typer.echo(f"duplicate rows left out: {report.identical_rows:,}")
    if report.repeated_keys:
        typer.echo(
            f"keys with more than one row: {report.repeated_keys:,}, all rows loaded; first:"
            f" {report.first_repeated_key}"
        )
