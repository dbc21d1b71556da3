"""``featurestore diff``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output

Prune = Annotated[
    bool,
    typer.Option("--prune", help="Rows that only the warehouse has are a difference, too."),
]


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    prune: Prune = False,
    max_bytes: options.MaxBytes = None,
    config: options.Config = None,
    html: options.Html = None,
    json: options.Json = False,
) -> None:
    """Compare the computed rows of a range with the warehouse's; exit code 1 if they differ.

    Rows that only the warehouse has are shown. As a push leaves them, they alone are no difference
    unless --prune. Dates that were never computed here are left out.
    """
    from featurestore.cli.comparison import print_comparison
    from featurestore.compute import held_games
    from featurestore.definitions import tables
    from featurestore.verify.store_diff import diff
    from sync import budget

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    options.require_page_library(html)
    replica = options.open_replica(settings)
    with options.open_warehouse(settings, max_bytes) as warehouse:
        options.announce_warnings(warehouse, [tables.STORE])
        found = diff(replica, warehouse, dates, prune=prune)
        if not (found.comparison.rows_here or found.comparison.rows_there):
            held_games.require_in_replica(replica, dates)
        if account := warehouse.account:
            with replica.write() as con:
                budget.record(con, warehouse.url, "diff", account)
    if json:
        output.print_json(output.plain(found) | {"is_same": found.is_same})
    else:
        print_comparison(found.comparison, "in the warehouse")
        if found.not_computed:
            typer.echo(f"left out: {found.not_computed:,} dates that were never computed here")
        if found.not_in_warehouse:
            typer.echo(f"left out: the warehouse lacks {', '.join(found.not_in_warehouse)}")
            typer.echo("hint: featurestore init --migrate")
        kept = 0 if prune else found.comparison.only_there
        but = f", but for {kept:,} rows that only the warehouse has" if kept else ""
        typer.echo(
            f"{found.compared:,} dates of {dates.start} to {dates.end}:"
            f" {f'the same{but}' if found.is_same else 'different'}"
        )
    if html is not None:
        from featurestore.pages import diff as diff_page

        options.write_page(html, diff_page.page(found))
    raise typer.Exit(0 if found.is_same else 1)
