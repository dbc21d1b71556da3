"""``featurestore demo``."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from featurestore.cli import options, output
from featurestore.cli.backfill_report import print_report


def run(
    folder: Annotated[
        Path, typer.Option("--folder", help="Where the demonstration's files go.")
    ] = Path("data/demo"),
    seed: Annotated[int, typer.Option("--seed", help="Of the generated league.")] = 7,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Do the main job on the embedded warehouse with a generated league, in under a minute."""
    from featurestore.demo import play

    if dry_run:
        typer.echo(f"would generate two seasons into {folder} and run the main job on them")
        return
    began = time.perf_counter()
    # Only what an earlier demonstration left is removed.
    marker = folder / ".featurestore_demo"
    if marker.exists():
        shutil.rmtree(folder)
    say = (lambda text: typer.echo(text, err=True)) if json else typer.echo
    report = play(folder, seed=seed, say=say)
    if json:
        output.print_json(report)
        return
    print_report(report.full)
    print_report(report.corrected)
    typer.echo(
        f"done in {time.perf_counter() - began:.1f} s; look around:"
        f" FEATURESTORE_REPLICA={folder}/replica.duckdb"
        f" FEATURESTORE_WAREHOUSE={folder}/warehouse.duckdb featurestore status"
    )
