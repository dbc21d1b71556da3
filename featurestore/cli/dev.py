"""``featurestore dev``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from featurestore.cli import diff, options, streams

SHOWN_FILES = 3
_CLEAR = "\x1b[H\x1b[2J"
_ROOT = Path(__file__).parents[2]

Against = Annotated[
    str,
    typer.Option(
        "--against",
        help="What to compare with: a git revision, a folder with SQL, or stored (the rows"
        " computed here).",
    ),
]


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    against: Against = "HEAD",
    column: diff.Columns = None,
    player: diff.Player = "",
    config: options.Config = None,
) -> None:
    """Watch sql/, and print diff --against for a range at the start and after each save.

    An error in the SQL is shown with file and line until the next save. Nothing is written.
    Ctrl-C ends it, with exit code 130.
    """
    from featurestore.definitions import saved_files, sql_files, versions
    from featurestore.verify.version_diff import STORED
    from sync.errors import BadInput

    dates = options.date_range(start_date, end_date, season)
    options.load_settings(config)
    if against == diff.WAREHOUSE:
        raise BadInput(
            f"--against {against}: dev compares versions of the SQL, not the warehouse",
            hint=f"featurestore diff --start-date {dates.start} --end-date {dates.end}",
        )
    if against != STORED:
        # A mistyped revision ends the command: no save can correct it.
        versions.version_files(against)
    words = [
        "diff",
        f"--start-date={dates.start}",
        f"--end-date={dates.end}",
        f"--against={against}",
        *(f"--column={name}" for name in column or ()),
        f"--player={player}",
        *((f"--config={config}",) if config else ()),
    ]
    head = f"watching {sql_files.sql_root()}"
    while True:
        # Taken before the files are read, so that a save during the comparison is noticed.
        seen = saved_files.stamps()
        _clear()
        typer.echo(head)
        seconds = _compare(words)
        typer.echo(f"{seconds:.1f} seconds; waiting for the next save, Ctrl-C to end")
        head = _saved(saved_files.changed(seen, saved_files.wait_for_save(seen)))


def _compare(words: list[str]) -> float:
    """Run ``featurestore`` in a new process; returns how many seconds that took.

    A new process has no SQL cached. Its errors go to stdout, as the result of the save. In a new
    session it does not receive Ctrl-C, so that only this process reports the interruption.
    """
    # This package, even if the current folder has another one.
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "featurestore", *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        check=False,
    )
    if done.returncode < 0:
        typer.echo(f"error: the comparison was ended by signal {-done.returncode}")
    return time.monotonic() - start


def _clear() -> None:
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        streams.Plain(sys.stdout).write(_CLEAR)


def _saved(paths: list[str]) -> str:
    """One line with the saved files. Pure."""
    shown = ", ".join(streams.escape_line(path) for path in paths[:SHOWN_FILES])
    more = len(paths) - SHOWN_FILES
    return f"saved: {shown}{f' and {more} more' if more > 0 else ''}"
