"""``featurestore show``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output
from featurestore.cli.table_layout import print_rows


def run(
    relation: Annotated[
        str, typer.Argument(help="A relation of sql/features, or one of your own.")
    ],
    day: Annotated[str, typer.Option("--date", help="The date to compute, YYYY-MM-DD.")],
    player: Annotated[
        str | None, typer.Option("--player", help="Only the rows of this player_lookup.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Rows to print, at most; --json has all.")
    ] = 50,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Print the rows of an intermediate relation, as computed for a date."""
    from featurestore.clock import utc_now
    from featurestore.compute.request import ComputeRequest
    from featurestore.show_relation import show_relation
    from sync.model import DateRange

    settings = options.load_settings(config)
    date = options.parse_date(day, "--date")
    request = ComputeRequest(
        DateRange(date, date),
        utc_now(),
        include_bootstrap=True,
        bootstrap_days=settings.bootstrap_days,
    )
    rows = show_relation(
        options.open_replica(settings), relation, request, player=player, own=settings.sql
    )
    if json:
        output.print_json_rows(rows.to_pylist())
        return
    print_rows(f"{relation} for {date}", rows, limit)
