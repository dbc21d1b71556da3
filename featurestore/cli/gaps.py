"""``featurestore gaps``: list, audit, explain."""

from __future__ import annotations

import typer

from featurestore.cli import options, output
from featurestore.cli.gaps_audit import audit_gaps
from featurestore.cli.gaps_explain import explain_gap

app = typer.Typer(help="Players and dates without a feature row.", no_args_is_help=True)
app.command("audit")(audit_gaps)
app.command("explain")(explain_gap)


@app.callback()
def _group() -> None:
    """Players and dates without a feature row."""


@app.command("list")
def list_gaps(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """List the open gaps of a range by date and reason; exit code 1 if there are any."""
    from featurestore.compute.gap_log import open_gaps
    from featurestore.compute.held_games import require_in_replica

    dates = options.date_range(start_date, end_date, season)
    replica = options.open_replica(options.load_settings(config))
    gaps = open_gaps(replica, dates)
    if not gaps:
        require_in_replica(replica, dates)
    if json:
        output.print_json({"start_date": dates.start, "end_date": dates.end, "gaps": gaps})
    elif gaps:
        output.print_table(
            f"open gaps {dates.start} to {dates.end}",
            ("date", "reason", "detail", "players"),
            [(str(gap.game_date), gap.reason, gap.detail, gap.players) for gap in gaps],
        )
    else:
        typer.echo(f"no open gaps from {dates.start} to {dates.end}")
    raise typer.Exit(1 if gaps else 0)
