"""Options that several verbs share, and what they open."""

from __future__ import annotations

import shlex
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.errors import BadInput
from sync.model import DateRange

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from featurestore.config import Settings
    from featurestore.steps import Watcher
    from sync.model import Table
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

StartDate = Annotated[
    str | None, typer.Option("--start-date", help="First date, YYYY-MM-DD, included.")
]
EndDate = Annotated[str | None, typer.Option("--end-date", help="Last date, YYYY-MM-DD, included.")]
Season = Annotated[str | None, typer.Option("--season", help="A whole season, such as 2024-25.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done; change nothing.")]
MaxBytes = Annotated[
    int | None,
    typer.Option("--max-bytes", min=0, help="What BigQuery may bill this run for; 0 for no limit."),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Settings file; by default FEATURESTORE_CONFIG, or featurestore.toml.",
    ),
]
Html = Annotated[
    Path | None, typer.Option("--html", help="Also write the report to this HTML file.")
]


def parse_date(text: str, option: str) -> date:
    """A date of the command line.

    Raises:
        BadInput: it is not a date, or not written as YYYY-MM-DD.
    """
    from featurestore import clock

    return clock.parse_date(text, f"{option} {text}")


def date_range(start: str | None, end: str | None, season: str | None) -> DateRange:
    """The range that the options name; both ends included.

    Raises:
        BadInput: no range or more than one is named, the start is after the end, or the range
            starts after today.
    """
    from featurestore.clock import league_today
    from featurestore.definitions.seasons import season_range

    today = league_today()
    if season is not None:
        if start or end:
            raise BadInput(
                "--season: cannot be combined with --start-date and --end-date",
                hint="use one or the other",
            )
        dates = season_range(season)
    elif start is None or end is None:
        raise BadInput(
            "no range: --start-date and --end-date, or --season, are required",
            hint=f"for example --start-date {today - timedelta(days=7)} --end-date {today}",
        )
    else:
        first, last = parse_date(start, "--start-date"), parse_date(end, "--end-date")
        if first > last:
            raise BadInput(f"--start-date {first}: is after --end-date {last}", hint="swap the two")
        dates = DateRange(first, last)
    if dates.start > today:
        raise BadInput(
            f"{dates}: starts after today, {today} in the league's time zone",
            hint="name a range that starts today or earlier",
        )
    # A season in progress has no data after today.
    return DateRange(dates.start, min(dates.end, today))


def load_settings(config: Path | None) -> Settings:
    """The settings of this run."""
    from featurestore import config as settings

    return settings.load(config)


def watcher(settings: Settings) -> Watcher:
    """The watcher of this run: sends OpenLineage events if the settings name a namespace."""
    from featurestore import openlineage

    return openlineage.watcher(settings)


def open_replica(settings: Settings) -> Replica:
    """The replica of the settings; nothing is opened yet."""
    from featurestore import config
    from sync.replica.file import Replica

    path = Path(settings.replica)
    return Replica(
        path,
        declared=_declared,
        lock_wait_seconds=settings.lock_wait_seconds,
        memory_limit=settings.memory_limit or None,
        threads=settings.threads or None,
        if_missing="" if path.exists() else config.how_to_begin(),
    )


def _declared() -> Iterable[Table]:
    from featurestore.definitions import tables

    return tables.tables().values()


def open_warehouse(
    settings: Settings, max_bytes: int | None = None, *, may_be_missing: bool = False
) -> Warehouse:
    """The warehouse of the settings; nothing is contacted yet.

    Args:
        settings: Its address, datasets and budget.
        max_bytes: Overrides the budget of the settings; 0 for no limit.
        may_be_missing: Accept that its file does not exist, because the caller creates it or
            reports it.

    Raises:
        BadInput: its file does not exist, although the replica does: most likely a mistyped path.
    """
    from sync import open_warehouse

    is_file = "://" not in settings.warehouse
    # Without a replica, too, init was never run: opening the replica reports that.
    is_made = Path(settings.replica).exists() and not may_be_missing
    if is_file and is_made and not Path(settings.warehouse).exists():
        raise BadInput(
            f"warehouse {settings.warehouse}: no such file",
            hint="correct warehouse in featurestore.toml, or create it: featurestore init",
            warehouse=settings.warehouse,
        )
    limit = settings.max_bytes_per_run if max_bytes is None else max_bytes
    warehouse = open_warehouse.open_warehouse(
        settings.warehouse,
        lock_wait_seconds=settings.lock_wait_seconds,
        datasets=settings.datasets,
        max_bytes=limit or None,
    )
    account = warehouse.account
    if account and account.prices.free_tib and Path(settings.replica).exists():
        from featurestore.clock import utc_now
        from sync.replica import jobs

        with open_replica(settings).read() as con:
            account.free_bytes = jobs.free_bytes(con, account.prices, utc_now())
    return warehouse


def announce_warnings(warehouse: Warehouse, names: Iterable[str]) -> None:
    """Print the warnings of live tables on stderr, before they are read or written."""
    if warehouse.account is None:
        return
    from featurestore.definitions import tables

    with warehouse.snapshot() as snapshot:
        for name in names:
            table = tables.table(name)
            if snapshot.columns(table) is not None:
                for warning in snapshot.warnings(table):
                    typer.echo(f"warning: {table.full_name}: {warning}", err=True)


def write_page(file: Path, text: str) -> None:
    """Write a report's page, and print its path on stderr."""
    from featurestore.pages import frame

    frame.write(file, text)
    typer.echo(f"wrote {file}", err=True)


def require_page_library(file: Path | None) -> None:
    """Refuse a page that cannot be made or written, before the report is computed."""
    if file is not None:
        from featurestore.pages import frame

        frame.require_library()
        if not file.parent.is_dir():
            raise BadInput(
                f"--html {file}: the folder {file.parent} does not exist",
                hint=f"mkdir -p {shlex.quote(str(file.parent))}",
                path=str(file),
            )
