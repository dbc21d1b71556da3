"""``featurestore gaps explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output
from featurestore.cli.program import as_started


def explain_gap(
    player: Annotated[str, typer.Argument(help="Player key, such as lebronjames.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="Game date, YYYY-MM-DD.")],
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Say why a player has no valid row on a date, and the command that fixes it.

    Exit code 1 unless all is well.
    """
    from featurestore.compute.gap_log import episodes
    from featurestore.gaps.evidence import read_facts
    from featurestore.gaps.explain import explain

    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    game_date = options.parse_date(day, "DATE")
    facts = read_facts(replica, player, game_date, bootstrap_days=settings.bootstrap_days)
    found = explain(facts)
    logged = episodes(replica, player, game_date)
    if json:
        output.print_json({**output.plain(found), "gaps": logged})
    else:
        typer.echo(f"{player} on {game_date}: {found.text} ({found.reason})")
        for link in found.held:
            typer.echo(f"  holds: {link}")
        for gap in logged:
            state = f"resolved {gap.resolved_at:%Y-%m-%d}" if gap.resolved_at else "open"
            error = f", last error: {gap.last_error}" if gap.last_error else ""
            typer.echo(
                f"  gap {gap.reason}, {state}: {gap.detail}; found {gap.detected_at:%Y-%m-%d} by"
                f" {gap.detected_by}, attempts {gap.attempts}{error}"
            )
        if found.fix:
            typer.echo(f"  fix: {as_started(found.fix)}")
    raise typer.Exit(0 if found.reason == "well" else 1)
