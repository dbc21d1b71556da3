"""``featurestore gaps explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output


def explain_gap(
    player: Annotated[str, typer.Argument(help="Player key, such as lebronjames.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="Game date, YYYY-MM-DD.")],
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Say why a player has no valid row on a date, and which command fixes it.

    Exit code 0 if the row is valid, else 1.
    """
    from featurestore.compute.gap_log import episodes
    from featurestore.gaps.evidence import read_facts
    from featurestore.gaps.explain import explain

    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    game_date = options.parse_date(day, "DATE")
    facts = read_facts(replica, player, game_date, bootstrap_days=settings.bootstrap_days)
    explanation = explain(facts)
    logged = episodes(replica, player, game_date)
    if json:
        output.print_json({**output.plain(explanation), "gaps": logged})
    else:
        typer.echo(f"{player} on {game_date}: {explanation.text} ({explanation.reason})")
        for link in explanation.held:
            typer.echo(f"  ok: {link}")
        for gap in logged:
            state = f"resolved {gap.resolved_at:%Y-%m-%d}" if gap.resolved_at else "open"
            error = f", last error: {gap.last_error}" if gap.last_error else ""
            typer.echo(
                f"  gap {gap.reason}, {state}: {gap.detail}; detected"
                f" {gap.detected_at:%Y-%m-%d} by {gap.detected_by}, attempts {gap.attempts}{error}"
            )
        if explanation.fix:
            output.print_command("  fix", explanation.fix)
    raise typer.Exit(0 if explanation.reason == "well" else 1)
