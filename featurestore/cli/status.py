"""``featurestore status``."""

from __future__ import annotations

import typer

from featurestore.cli import commands, options, output


def run(
    config: options.Config = None, html: options.Html = None, json: options.Json = False
) -> None:
    """Show what the replica holds, what is stale, and what is computed but not pushed."""
    from featurestore.reports.status import status

    settings = options.load_settings(config)
    options.require_page_library(html)
    report = status(options.open_replica(settings))
    if html is not None:
        from featurestore.pages import status as status_page

        options.write_page(html, status_page.page(report, commands.with_config))
    if json:
        output.print_json(report)
        return
    output.print_table(
        f"{report.replica}, {report.size_bytes / 1e6:,.1f} MB",
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
                *((_pulled_name(one.table), one) for one in report.pulled),
                (report.computed.table, report.computed),
            )
        ],
        expendable=("as of", "with rows", "first"),
    )
    typer.echo(
        f"computed dates not pushed {report.unpushed_dates:,}; stale dates"
        f" {len(report.stale_dates):,}; open gaps {report.open_gaps:,}"
    )
    if len(report.computed_by) > 1:
        for one in report.computed_by:
            typer.echo(
                f"computed by SQL {one.sql_digest[:12]}: {output.counted(one.dates, 'date')},"
                f" {output.counted(one.rows, 'row')},"
                f" {one.first} to {one.last}"
            )
    if report.stale_dates:
        from featurestore.date_ranges import shown

        first, last = report.stale_dates[0], report.stale_dates[-1]
        others = set(report.other_sql_dates)
        changed = [day for day in report.stale_dates if day not in others]
        if changed:
            typer.echo(f"stale: input partitions changed after the computation: {shown(changed)}")
        if others:
            typer.echo(f"stale: computed by different SQL: {shown(report.other_sql_dates)}")
        output.print_command(
            "  fix", f"featurestore backfill --stale --start-date {first} --end-date {last}"
        )


def _pulled_name(table: str) -> str:
    """The table's name; for the store, whose computed rows are listed too, whose rows these are."""
    from featurestore.definitions import tables

    return f"{table}, as in the warehouse" if table == tables.STORE else table
