"""``featurestore status``."""

from __future__ import annotations

import typer

from featurestore.cli import options, output
from featurestore.cli.program import as_started


def run(
    config: options.Config = None, html: options.Html = None, json: options.Json = False
) -> None:
    """Show what is held, stale, computed and not pushed."""
    from featurestore.reports.status import status

    settings = options.load_settings(config)
    options.require_page_library(html)
    found = status(options.open_replica(settings))
    if html is not None:
        from featurestore.pages import status as status_page

        options.write_page(html, status_page.page(found))
    if json:
        output.print_json(found)
        return
    output.print_table(
        f"{found.replica}, {found.size_bytes / 1e6:,.1f} MB",
        ("table", "dates", "with rows", "rows", "first", "last", "as of"),
        [
            (
                name,
                holding.dates,
                holding.dates_with_rows,
                holding.rows,
                str(holding.first or ""),
                str(holding.last or ""),
                f"{holding.at:%Y-%m-%d %H:%M}" if holding.at else "",
            )
            for name, holding in (
                *((_pulled_name(one.table), one) for one in found.pulled),
                (found.computed.table, found.computed),
            )
        ],
        expendable=("as of", "with rows", "first"),
    )
    typer.echo(
        f"computed dates not pushed {found.unpushed_dates:,}; stale dates"
        f" {len(found.stale_dates):,}; open gaps {found.open_gaps:,}"
    )
    if len(found.computed_by) > 1:
        for one in found.computed_by:
            typer.echo(
                f"computed by SQL {one.sql_digest[:12]}: {one.dates:,} dates, {one.rows:,} rows,"
                f" {one.first} to {one.last}"
            )
    if found.stale_dates:
        from featurestore.date_ranges import shown

        first, last = found.stale_dates[0], found.stale_dates[-1]
        others = set(found.other_sql_dates)
        changed = [day for day in found.stale_dates if day not in others]
        if changed:
            typer.echo(f"stale, for a partition of the 365 days before changed: {shown(changed)}")
        if others:
            typer.echo(
                "stale, for another SQL computed them than the one here:"
                f" {shown(found.other_sql_dates)}"
            )
        fix = f"featurestore backfill --stale --start-date {first} --end-date {last}"
        typer.echo(f"  fix: {as_started(fix)}")


def _pulled_name(table: str) -> str:
    """The table; of the store, whose computed rows are held as well, also whose rows these are."""
    from featurestore.definitions import tables

    return f"{table}, as in the warehouse" if table == tables.STORE else table
