"""Progress on stderr: a bar for each stage on a terminal, and lines or nothing elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

import typer

from featurestore.cli.streams import Plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

    Announce = Callable[[str], Callable[[int, int], None] | None]

# The unit of a stage's bar, where it is not rows.
_COUNTED = {"compute": "relations", "backfill": "rows, all stages", "damage": "steps"}
# A push moves its bar once a season: the speed is averaged over several of them.
_SPEED_SECONDS = 600


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """A moving bar on stderr during a long step; one line where stderr is not a terminal."""
    if not sys.stderr.isatty():
        typer.echo(f"{message} ...", err=True)
        yield
        return
    with _bars() as bars:
        bars.add_task(message, total=None, counted="")
        yield


@contextmanager
def progress() -> Iterator[Announce]:
    """A bar on stderr for each announced stage; nothing where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda _stage: None
        return
    with _bars() as bars:
        known: dict[str, TaskID] = {}

        def announce(stage: str) -> Callable[[int, int], None]:
            # Announced again, for the next season, a stage restarts its bar.
            if stage in known:
                bars.reset(known[stage], counted="")
            else:
                known[stage] = bars.add_task(stage, total=None, counted="")
            task = known[stage]
            unit = _COUNTED.get(stage, "rows")
            return lambda done, total: bars.update(
                task, completed=done, total=total, counted=f"{done:,} of {total:,} {unit}"
            )

        yield announce


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    screen = cast("TextIO", Plain(sys.stderr))
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[counted]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(file=screen),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        speed_estimate_period=_SPEED_SECONDS,
    )
