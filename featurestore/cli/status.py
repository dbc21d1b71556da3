"""``featurestore status``."""

from __future__ import annotations

import typer

from featurestore.cli import options, output


def run(config: options.Config = None, json: options.Json = False) -> None:
    """Show what is held, stale, computed and not pushed."""
    from featurestore.status import status

    settings = options.load_settings(config)
    found = status(options.open_replica(settings))
    if json:
        output.print_json(found)
        return
    output.print_table(
        f"{found.replica}, {found.size_bytes / 1e6:,.1f} MB",
        ("table", "dates", "with rows", "rows", "first", "last", "as of"),
        [
            (
                holding.table,
                holding.dates,
                holding.dates_with_rows,
                holding.rows,
                str(holding.first or ""),
                str(holding.last or ""),
                f"{holding.at:%Y-%m-%d %H:%M}" if holding.at else "",
            )
            for holding in (*found.pulled, found.computed)
        ],
    )
    typer.echo(
        f"computed dates that are stale {found.stale_dates:,}, not pushed"
        f" {found.unpushed_dates:,}; open gaps {found.open_gaps:,}"
    )
