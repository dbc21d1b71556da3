"""``featurestore diff``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from featurestore.config import Settings
    from featurestore.verify.store_diff import Diff
    from featurestore.verify.version_changes import VersionDiff
    from sync.model import DateRange

WAREHOUSE = "warehouse"
FORMATS = ("text", "json", "markdown")
Prune = Annotated[
    bool,
    typer.Option("--prune", help="Rows that only the warehouse has are a difference, too."),
]
Against = Annotated[
    str,
    typer.Option(
        "--against",
        help="The other version: warehouse, stored (the rows computed here), a folder with SQL,"
        " or a git revision such as main.",
    ),
]
Columns = Annotated[
    list[str] | None, typer.Option("--column", help="Only this feature; may be repeated.")
]
Player = Annotated[str, typer.Option("--player", help="Only the rows of this player_lookup.")]
Form = Annotated[
    str,
    typer.Option("--format", help="text, json, or markdown: for a comment of a pull request."),
]
Rows = Annotated[
    Path | None, typer.Option("--rows", help="Write every difference to this Parquet file.")
]


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    against: Against = WAREHOUSE,
    column: Columns = None,
    player: Player = "",
    rows: Rows = None,
    prune: Prune = False,
    max_bytes: options.MaxBytes = None,
    config: options.Config = None,
    html: options.Html = None,
    form: Form = "text",
    json: options.Json = False,
) -> None:
    """Compare two versions of a range's features; exit code 1 if they differ, nothing is written.

    Against the warehouse, the computed rows are compared as they are stored. Otherwise the SQL of
    the working tree is computed over the pulled rows, in memory, beside the other version.
    """
    from sync.errors import BadInput

    if form not in FORMATS:
        raise BadInput(f"--format {form}: not one of {', '.join(FORMATS)}")
    form = "json" if json else form
    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    options.require_page_library(html)
    if against != WAREHOUSE:
        if prune:
            raise BadInput("--prune: goes with --against warehouse alone", hint="leave it out")
        found = _versions(settings, dates, against, column, player, rows)
        _show_versions(found, html, form)
        raise typer.Exit(0 if found.is_same else 1)
    if column or player or rows:
        raise BadInput(
            "--column, --player, --rows: need --against with another version of the SQL",
            hint="add --against main",
        )
    compared = _warehouse(settings, dates, max_bytes, prune=prune)
    _show_warehouse(compared, html, form)
    raise typer.Exit(0 if compared.is_same else 1)


def _warehouse(settings: Settings, dates: DateRange, max_bytes: int | None, *, prune: bool) -> Diff:
    from featurestore import run_history
    from featurestore.compute import held_games
    from featurestore.definitions import tables
    from featurestore.verify.store_diff import diff

    replica = options.open_replica(settings)
    with (
        options.open_warehouse(settings, max_bytes) as warehouse,
        run_history.costs(replica, "diff", warehouse),
    ):
        options.announce_warnings(warehouse, [tables.STORE])
        found = diff(replica, warehouse, dates, prune=prune)
        if not (found.comparison.rows_here or found.comparison.rows_there):
            held_games.require_in_replica(replica, dates)
    return found


def _show_warehouse(found: Diff, html: Path | None, form: str) -> None:
    from featurestore.cli import diff_markdown
    from featurestore.cli.comparison import print_comparison

    if form == "json":
        output.print_json(output.plain(found) | {"is_same": found.is_same})
    elif form == "markdown":
        typer.echo(diff_markdown.warehouse(found))
    else:
        print_comparison(found.comparison, "in the warehouse")
        if found.not_computed:
            typer.echo(f"left out: {found.not_computed:,} dates that were never computed here")
        if found.not_in_warehouse:
            typer.echo(f"left out: the warehouse lacks {', '.join(found.not_in_warehouse)}")
            typer.echo("hint: featurestore init --migrate")
        kept = 0 if found.prune else found.comparison.only_there
        but = f", but for {kept:,} rows that only the warehouse has" if kept else ""
        typer.echo(
            f"{found.compared:,} dates of {found.dates.start} to {found.dates.end}:"
            f" {f'the same{but}' if found.is_same else 'different'}"
        )
    if html is not None:
        from featurestore.pages import diff as diff_page

        options.write_page(html, diff_page.page(found))


def _versions(
    settings: Settings,
    dates: DateRange,
    against: str,
    columns: list[str] | None,
    player: str,
    rows: Path | None,
) -> VersionDiff:
    from featurestore.clock import utc_now
    from featurestore.compute.request import ComputeRequest
    from featurestore.definitions import versions
    from featurestore.verify import version_diff
    from featurestore.verify.version_changes import Narrowed

    request = ComputeRequest(
        dates, utc_now(), include_bootstrap=True, bootstrap_days=settings.bootstrap_days
    )
    wanted = Narrowed(tuple(columns or ()), player, rows)
    replica = options.open_replica(settings)
    new = versions.working_files()
    if against == version_diff.STORED:
        return version_diff.diff_stored(replica, request, new, wanted=wanted)
    old = versions.version_files(against)
    return version_diff.diff_versions(replica, request, new, old, against=against, wanted=wanted)


def _show_versions(found: VersionDiff, html: Path | None, form: str) -> None:
    from featurestore.cli import diff_markdown
    from featurestore.cli.version_report import print_versions

    if form == "json":
        output.print_json(output.plain(found) | {"is_same": found.is_same})
    elif form == "markdown":
        typer.echo(diff_markdown.versions(found))
    else:
        print_versions(found)
    if html is not None:
        from featurestore.pages import versions as versions_page

        options.write_page(html, versions_page.page(found))
