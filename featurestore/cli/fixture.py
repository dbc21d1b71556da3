"""``featurestore fixture make``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from featurestore.cli import options, output

app = typer.Typer(help="Small, complete slices for tests.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Small, complete slices for tests."""


@app.command("make")
def make(
    folder: Annotated[Path, typer.Argument(help="Where the Parquet files go.")],
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Write all that the features of a range depend on as Parquet, with the computed rows."""
    from featurestore.fixture import make_fixture

    dates = options.date_range(start_date, end_date, season)
    replica = options.open_replica(options.load_settings(config))
    files = make_fixture(replica, dates, folder, dry_run=dry_run)
    if json:
        output.print_json([{**output.plain(file), "path": str(file.path)} for file in files])
        return
    output.print_table(
        f"{'would write' if dry_run else 'wrote'} {dates.start} to {dates.end}",
        ("file", "columns", "rows"),
        [(str(file.path), file.columns, file.rows) for file in files],
    )
