"""``featurestore demo``."""

from __future__ import annotations

import shlex
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output
from featurestore.cli.backfill_report import print_report
from featurestore.cli.program import this_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from featurestore.demo.damage import DamageReport
    from featurestore.demo.play import DemoReport

DEFAULT_FOLDER = Path("data/demo")


def run(
    folder: Annotated[
        Path, typer.Option("--folder", help="The folder of the demo's files.")
    ] = DEFAULT_FOLDER,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the generated league.")] = 7,
    damage: Annotated[
        bool,
        typer.Option(
            "--damage",
            help="Then damage the store in the demo's warehouse, to practise finding and repairing"
            " it; an existing demo is kept.",
        ),
    ] = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Backfill two seasons of a generated league, with the embedded warehouse, in a minute."""
    from featurestore.demo.play import is_whole, play

    is_kept = is_whole(folder) and damage
    if dry_run:
        plan = _plan(folder, is_kept=is_kept, damage=damage)
        if json:
            output.print_json({"dry_run": True, "folder": str(folder), "seed": seed, "plan": plan})
        else:
            typer.echo(f"would {', then '.join(plan)}")
        return
    began = time.perf_counter()
    report = None if is_kept else play(folder, seed=seed, step=_step)
    if report and not json:
        print_report(report.full)
        print_report(report.corrected)
        typer.echo(
            f"done in {time.perf_counter() - began:.1f} s{'' if damage else '; look around:'}"
        )
    if damage:
        _damage(folder, report, json=json)
    elif json:
        output.print_json({"dry_run": False, **output.plain(report)})
    else:
        _print_next(folder, "status")


def _damage(folder: Path, report: DemoReport | None, *, json: bool) -> None:
    from featurestore.clock import utc_now
    from featurestore.demo.damage import damage

    with _step(f"damaging {folder / 'warehouse.duckdb'}") as announce:
        done = damage(folder, now=utc_now(), progress=announce("damage"))
    if json:
        output.print_json({"dry_run": False, "demo": report, **output.plain(done)})
        return
    _print_damage(done)
    if done.is_new:
        typer.echo("the replica does not know it yet; find and repair it as in docs/runbook.md:")
        _print_next(folder, "gaps audit --season 2024-25")
        return
    typer.echo("nothing to do; to start again:")
    typer.echo(f"  {_demo_command(folder, '')}")
    typer.echo(f"  {_demo_command(folder, ' --damage')}")


def _plan(folder: Path, *, is_kept: bool, damage: bool) -> list[str]:
    plan = [] if is_kept else [f"generate two seasons in {folder} and backfill them"]
    return plan + ([f"damage the store in {folder / 'warehouse.duckdb'}"] if damage else [])


def _print_damage(done: DamageReport) -> None:
    before = "" if done.is_new else f" since {done.damaged_at:%Y-%m-%d %H:%M} UTC"
    output.print_table(
        f"damaged{before}: {done.warehouse}",
        ("reason", "rows", "dates", "first", "last", "found by"),
        [
            (one.reason, one.rows, one.dates, one.first, one.last, one.found_by)
            for one in done.damage
        ],
        expendable=("last", "first"),
    )


def _print_next(folder: Path, words: str) -> None:
    """Print the next commands: the demo's settings, then a verb."""
    typer.echo(f"  export FEATURESTORE_CONFIG={shlex.quote(str(folder / 'featurestore.toml'))}")
    typer.echo(f"  {this_program()} {words}")


def _demo_command(folder: Path, words: str) -> str:
    chosen = "" if folder == DEFAULT_FOLDER else f" --folder {shlex.quote(str(folder))}"
    return f"{this_program()} demo{chosen}{words}"


@contextmanager
def _step(what: str) -> Iterator[output.Announce]:
    """A line on stderr, with bars below it until the step is done."""
    typer.echo(f"{what} ...", err=True)
    with output.progress() as announce:
        yield announce
