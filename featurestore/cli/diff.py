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
    typer.Option("--prune", help="Report rows that only the warehouse has as a difference, too."),
]
Against = Annotated[
    str,
    typer.Option(
        "--against",
        help="What to compare with: warehouse, stored (the rows computed here), a folder with SQL,"
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
    """Compare two versions of a range's features; exit code 1 if they differ. Nothing is written.

    Against the warehouse, the stored rows are compared. Otherwise the SQL of the working tree and
    the other version are computed in memory from the pulled rows.
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
            raise BadInput("--prune: only works with --against warehouse", hint="leave it out")
        version_diff = _versions(settings, dates, against, column, player, rows)
        _show_versions(version_diff, html, form)
        raise typer.Exit(0 if version_diff.is_same else 1)
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
        comparison = diff(replica, warehouse, dates, prune=prune)
        if not (comparison.comparison.rows_here or comparison.comparison.rows_there):
            held_games.require_in_replica(replica, dates)
    return comparison


def _show_warehouse(store_diff: Diff, html: Path | None, form: str) -> None:
    from featurestore.cli import diff_markdown
    from featurestore.cli.comparison import print_comparison

    if form == "json":
        output.print_json(output.plain(store_diff) | {"is_same": store_diff.is_same})
    elif form == "markdown":
        typer.echo(diff_markdown.warehouse(store_diff))
    else:
        print_comparison(store_diff.comparison, "in the warehouse")
        if store_diff.not_computed:
            typer.echo(f"not compared: {store_diff.not_computed:,} dates were never computed here")
        if store_diff.not_in_warehouse:
            typer.echo(
                f"not compared: the warehouse lacks {', '.join(store_diff.not_in_warehouse)}"
            )
            output.print_command("hint", "featurestore init --migrate")
        kept = 0 if store_diff.prune else store_diff.comparison.only_there
        but = f", except {output.counted(kept, 'row')} that only the warehouse has" if kept else ""
        typer.echo(
            f"{output.counted(store_diff.compared, 'date')} of {store_diff.dates.start} to"
            f" {store_diff.dates.end}:"
            f" {f'the same{but}' if store_diff.is_same else 'different'}"
        )
    if html is not None:
        from featurestore.pages import diff as diff_page

        options.write_page(html, diff_page.page(store_diff))


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
    narrowed = Narrowed(tuple(columns or ()), player, rows)
    replica = options.open_replica(settings)
    new = versions.working_files()
    if against == version_diff.STORED:
        return version_diff.diff_stored(replica, request, new, narrowed=narrowed)
    old = versions.version_files(against)
    return version_diff.diff_versions(
        replica, request, new, old, against=against, narrowed=narrowed
    )


def _show_versions(version_diff: VersionDiff, html: Path | None, form: str) -> None:
    from featurestore.cli import diff_markdown
    from featurestore.cli.version_report import print_versions

    if form == "json":
        output.print_json(output.plain(version_diff) | {"is_same": version_diff.is_same})
    elif form == "markdown":
        typer.echo(diff_markdown.versions(version_diff))
    else:
        print_versions(version_diff)
    if html is not None:
        from featurestore.pages import versions as versions_page

        options.write_page(html, versions_page.page(version_diff))
