"""``featurestore demo``."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output
from featurestore.cli.backfill_report import print_report

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    report = play(folder, seed=seed, step=_step)
    if json:
        output.print_json(report)
        return
    print_report(report.full)
    print_report(report.corrected)
    typer.echo(f"done in {time.perf_counter() - began:.1f} s; look around:")
    typer.echo(f"  export FEATURESTORE_CONFIG={shlex.quote(str(folder / 'featurestore.toml'))}")
    typer.echo(f"  {_this_program()} status")


@contextmanager
def _step(what: str) -> Iterator[output.Announce]:
    """A line on stderr, and bars below it until the step is done."""
    typer.echo(f"{what} ...", err=True)
    with output.progress() as announce:
        yield announce


def _this_program() -> str:
    """How this program was started, for a command that works where it is printed."""
    if shutil.which("featurestore"):
        return "featurestore"
    started = Path(sys.argv[0])
    if started.name == "featurestore":
        return shlex.quote(str(started))
    return f"{shlex.quote(sys.executable)} -m featurestore"
