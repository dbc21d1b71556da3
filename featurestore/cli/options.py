"""Options that several verbs share, and what they open."""

from __future__ import annotations

import shlex
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.errors import BadInput
from sync.model import DateRange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from featurestore.config import Settings
    from featurestore.steps import Watcher
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
        help="Settings file; by default the one that FEATURESTORE_CONFIG names, else"
        " featurestore.toml.",
    ),
]
Html = Annotated[
    Path | None, typer.Option("--html", help="Also write one page that opens offline.")
]


def parse_date(text: str, option: str) -> date:
    """A date of the command line.

    Raises:
        BadInput: it is none.
    """
    try:
        # Alone, fromisoformat would take 20250115 and 2025-W03-3, too.
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise BadInput(
            f"{option} {text}: no date", hint="write it as YYYY-MM-DD, such as 2025-01-15"
        ) from error


def date_range(start: str | None, end: str | None, season: str | None) -> DateRange:
    """The range that the options name; both ends included.

    Raises:
        BadInput: none or too much is named, the start is after the end, or all of it lies in
            the future.
    """
    from featurestore.clock import league_today
    from featurestore.definitions.seasons import season_range

    today = league_today()
    if season is not None:
        if start or end:
            raise BadInput("--season: goes without --start-date and --end-date", hint="drop one")
        dates = season_range(season)
    elif start is None or end is None:
        raise BadInput(
            "no range: --start-date and --end-date are both needed, or --season",
            hint=f"for instance --start-date {today - timedelta(days=7)} --end-date {today}",
        )
    else:
        first, last = parse_date(start, "--start-date"), parse_date(end, "--end-date")
        if first > last:
            raise BadInput(
                f"--start-date {first}: is after --end-date {last}", hint="exchange the two"
            )
        dates = DateRange(first, last)
    if dates.start > today:
        raise BadInput(
            f"{dates}: starts after today, {today} in the league's time zone",
            hint="name a range that has begun",
        )
    # A season under way has no games after today: nothing is known of those dates.
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
        lock_wait_seconds=settings.lock_wait_seconds,
        memory_limit=settings.memory_limit or None,
        threads=settings.threads or None,
        if_missing="" if path.exists() else config.how_to_begin(),
    )


def open_warehouse(
    settings: Settings, max_bytes: int | None = None, *, may_be_missing: bool = False
) -> Warehouse:
    """The warehouse of the settings; nothing is contacted yet.

    Args:
        settings: Name it, its datasets and its budget.
        max_bytes: The run's budget, instead of the settings'; 0 for none.
        may_be_missing: Whether its file may be about to be made, or to be found missing.

    Raises:
        BadInput: there is no such file: most likely a mistyped path.
    """
    from sync import open_warehouse

    is_file = "://" not in settings.warehouse
    # Where the replica is missing, too, nothing was made yet: it says so itself.
    is_made = Path(settings.replica).exists() and not may_be_missing
    if is_file and is_made and not Path(settings.warehouse).exists():
        raise BadInput(
            f"warehouse {settings.warehouse}: no such file",
            hint="correct warehouse in featurestore.toml, or make it: featurestore init",
            warehouse=settings.warehouse,
        )
    limit = settings.max_bytes_per_run if max_bytes is None else max_bytes
    found = open_warehouse.open_warehouse(
        settings.warehouse,
        lock_wait_seconds=settings.lock_wait_seconds,
        datasets=settings.datasets,
        max_bytes=limit or None,
    )
    account = found.account
    if account and account.prices.free_tib and Path(settings.replica).exists():
        from featurestore.clock import utc_now
        from sync.replica import jobs

        with open_replica(settings).read() as con:
            account.free_bytes = jobs.free_bytes(con, account.prices, utc_now())
    return found


def announce_warnings(warehouse: Warehouse, names: Iterable[str]) -> None:
    """Print what is worth knowing of live tables before they are read or written, on stderr."""
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
    """Write a report's page, and say so."""
    from featurestore.pages import frame

    frame.write(file, text)
    typer.echo(f"wrote {file}", err=True)


def require_page_library(html: Path | None) -> None:
    """Refuse a page that cannot be made or written before anything is counted."""
    if html is not None:
        from featurestore.pages import frame

        frame.require_library()
        if not html.parent.is_dir():
            raise BadInput(
                f"--html {html}: no folder {html.parent}",
                hint=f"mkdir -p {shlex.quote(str(html.parent))}",
                path=str(html),
            )
