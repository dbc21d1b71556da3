"""``featurestore fixture shrink``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from featurestore.cli import options, output
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import versions
from featurestore.fixture.description import COMPUTED_AT
from featurestore.fixture.difference import Case
from featurestore.fixture.shrink import shrink_value, shrink_versions
from sync.errors import BadInput
from sync.model import DateRange

if TYPE_CHECKING:
    from pathlib import Path

    from featurestore.fixture.difference import Value
    from featurestore.fixture.shrink import Shrunk, Written
    from sync.replica.file import Replica


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command line."""

    folder: Path
    against: str
    expect: str
    players: tuple[str, ...]
    features: tuple[str, ...]
    fewest: bool
    written: Written


def request_of(ranges: list[DateRange], config: Path | None) -> ComputeRequest:
    """The computation of all named dates, a season's first days included.

    Raises:
        BadInput: no date is named.
    """
    if not ranges:
        raise BadInput("fixture shrink: needs --dates", hint="add --dates 2025-01-15")
    dates = DateRange(min(one.start for one in ranges), max(one.end for one in ranges))
    settings = options.load_settings(config)
    return ComputeRequest(dates, COMPUTED_AT, True, bootstrap_days=settings.bootstrap_days)


def run(asked: Asked, request: ComputeRequest, replica: Replica, json: bool) -> None:
    """Shrink, and print what is left.

    Raises:
        BadInput: both or none of --against and --expect, or --expect without one feature of one
            row.
    """
    if bool(asked.against) == bool(asked.expect):
        raise BadInput(
            "fixture shrink: needs either --against or --expect",
            hint="--against main, or --expect VALUE with --players, --dates and --column",
        )
    with output.progress() as announce:
        progress = announce("fewest rows")
        if asked.against:
            shrunk = shrink_versions(
                replica,
                request,
                versions.working_files(),
                versions.version_files(asked.against),
                asked.folder,
                against=asked.against,
                players=asked.players,
                features=asked.features,
                written=asked.written,
                progress=progress,
            )
        else:
            right = _value(asked.expect)
            shrunk = shrink_value(
                replica,
                request,
                _case(asked, request),
                right,
                asked.folder,
                fewest=asked.fewest,
                written=asked.written,
                progress=progress,
            )
    if json:
        output.print_json(output.plain(shrunk) | {"folder": str(asked.folder)})
        return
    _print(shrunk, asked)


def _case(asked: Asked, request: ComputeRequest) -> Case:
    one_row = len(asked.players) == 1 and len(asked.features) == 1
    if not one_row or request.dates.days != 1:
        raise BadInput(
            "--expect: needs exactly one feature of one row",
            hint="name one date, one player and one feature with --dates, --players and --column",
        )
    return Case(asked.players[0], request.dates.start, asked.features[0])


def _value(text: str) -> Value:
    if text.upper() == "NULL":
        return None
    try:
        return float(text)
    except ValueError as error:
        raise BadInput(
            f"--expect {text}: neither a number nor NULL", hint="--expect 21.5, or --expect NULL"
        ) from error


def _print(shrunk: Shrunk, asked: Asked) -> None:
    other = f"with {asked.against}" if asked.against else "expected"
    shown = ["NULL" if value is None else f"{value:.12g}" for value in (shrunk.value, shrunk.other)]
    typer.echo(f"{shrunk.case}: {shown[0]} here, {shown[1]} {other}")
    typer.echo(
        f"{output.counted(shrunk.source_rows, 'source row')} of {shrunk.held_rows:,} show it"
    )
    if shrunk.is_exhausted:
        typer.echo(f"the search ended after {shrunk.tests:,} computations; fewer may be enough")
    typer.echo(f"wrote {asked.folder}; pytest {asked.folder / shrunk.test_file}")
    typer.echo("  one test passes now, one fails")
