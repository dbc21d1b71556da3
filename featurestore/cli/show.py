"""``featurestore show``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output

# Beside each other, more than these are too narrow to read.
_MOST_COLUMNS = 12


def run(
    relation: Annotated[str, typer.Argument(help="A relation of sql/features.")],
    day: Annotated[str, typer.Option("--date", help="The date that is computed.")],
    player: Annotated[
        str | None, typer.Option("--player", help="Only the rows of this player_lookup.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Most rows to print; --json has all.")
    ] = 50,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Print the rows of an intermediate relation, as they are when a date is computed."""
    from featurestore.clock import utc_now
    from featurestore.compute.request import ComputeRequest
    from featurestore.show_relation import show_relation
    from sync.model import DateRange

    settings = options.load_settings(config)
    wanted = options.parse_date(day, "--date")
    request = ComputeRequest(
        DateRange(wanted, wanted),
        utc_now(),
        include_bootstrap=True,
        bootstrap_days=settings.bootstrap_days,
    )
    rows = show_relation(options.open_replica(settings), relation, request, player=player)
    if json:
        output.print_json(rows.to_pylist())
        return
    count = f"{rows.num_rows:,} row{'' if rows.num_rows == 1 else 's'}"
    left = f", the first {limit}" if rows.num_rows > limit else ""
    title = f"{relation} for {wanted}: {count}{left}"
    shown = rows.slice(0, limit).to_pylist()
    if rows.num_columns <= _MOST_COLUMNS:
        output.print_table(title, rows.column_names, [tuple(row.values()) for row in shown])
        return
    typer.echo(title)
    for number, row in enumerate(shown, start=1):
        output.print_facts(f"row {number}", row)
