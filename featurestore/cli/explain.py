"""``featurestore explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from featurestore.cli import options, output


def run(
    player: Annotated[str, typer.Argument(help="Player key, such as lebronjames.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="Game date, YYYY-MM-DD.")],
    feature: Annotated[str, typer.Argument(help="A feature's name or number.")],
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Rows to print, at most; --json has all.")
    ] = 20,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Explain one value: the games behind it, the steps of its formula, its default.

    The value is computed from the pulled rows, and again from only the listed ones. Nothing is
    written.
    """
    from featurestore.cli.explain_report import print_explanation
    from featurestore.explain.value import explain_value

    settings = options.load_settings(config)
    explanation = explain_value(
        options.open_replica(settings),
        player,
        options.parse_date(day, "DATE"),
        feature,
        bootstrap_days=settings.bootstrap_days,
    )
    if json:
        output.print_json(explanation)
    else:
        print_explanation(explanation, limit)
