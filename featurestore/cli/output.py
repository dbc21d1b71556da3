"""What a verb prints: a table or one JSON document on stdout; progress on stderr."""

from __future__ import annotations

import dataclasses
import json
import sys
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TextIO, cast

import typer

from featurestore.cli.streams import Plain, escape_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.progress import TaskID

    from featurestore.cost_estimate import Cost
    from sync.budget import Account

    Announce = Callable[[str], Callable[[int, int], None] | None]


def plain(value: Any) -> Any:
    """A value as JSON knows it: dataclasses as objects, dates as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(found) for key, found in value.items()}
    if isinstance(value, list | tuple):
        return [plain(found) for found in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    # json escapes every control character but this one.
    typer.echo(json.dumps(plain(value), indent=2, default=str).replace("\x7f", "\\u007f"))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on stdout; numbers to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=escape_line(title) or None, title_justify="left", box=box.SIMPLE_HEAD)
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(
            isinstance(row[index], int | float | Decimal | None) for row in rows
        )
        table.add_column(
            escape_line(column), justify="right" if numeric else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(_shown(value) for value in row))
    wide = None if sys.stdout.isatty() else 160
    screen = cast("TextIO", Plain(sys.stdout))
    Console(file=screen, width=wide, highlight=False, markup=False, emoji=False).print(table)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.2f}" if isinstance(value, float) else escape_line(str(value))


def print_facts(title: str, facts: Mapping[str, object]) -> None:
    """Names and values, one a line."""
    typer.echo(title)
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"  {name:<{width}}  {_shown(value)}")


def print_cost(cost: Cost | None) -> None:
    """What the run will cost in BigQuery; nothing for a warehouse that costs nothing."""
    if cost is not None:
        typer.echo(
            f"in BigQuery: {cost.jobs:,} jobs, {cost.bytes:,} bytes billed,"
            f" about {cost.dollars:.4f} dollars ({cost.basis})"
        )


def print_notes(account: Account | None) -> None:
    """What is worth knowing of the costs of a run; nothing where nothing is billed."""
    for note in account.notes if account else ():
        typer.echo(f"note: {note}")


def warning(message: str) -> None:
    """One line on stderr."""
    typer.echo(f"warning: {message}", err=True)


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """A moving bar on stderr while something takes long; one line where stderr is no terminal."""
    if not sys.stderr.isatty():
        typer.echo(f"{message} ...", err=True)
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bars.add_task(message, total=None)
        yield


@contextmanager
def progress() -> Iterator[Announce]:
    """A bar on stderr for each stage that is announced; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _stage: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    # A season's push moves the bar once: the speed is taken over long enough to see several.
    screen = cast("TextIO", Plain(sys.stderr))
    with Progress(
        *columns,
        console=Console(file=screen),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        speed_estimate_period=600,
    ) as bars:
        known: dict[str, TaskID] = {}

        def announce(stage: str) -> Callable[[int, int], None]:
            # A stage that comes again, for the next season, starts its own bar afresh.
            if stage in known:
                bars.reset(known[stage])
            else:
                known[stage] = bars.add_task(stage, total=None)
            task = known[stage]
            return lambda done, total: bars.update(task, completed=done, total=total)

        yield announce
