"""The application: its verbs, and how errors become exit codes."""

from __future__ import annotations

import typer

from featurestore.cli import (
    backfill,
    compute,
    coverage,
    demo,
    dev,
    diff,
    doctor,
    explain,
    features,
    fixture,
    gaps,
    init,
    lint,
    mirror,
    output,
    parity,
    pull,
    push,
    query,
    show,
    status,
    timings,
    warehouse,
)
from featurestore.googlesql import notices

app = typer.Typer(
    name="featurestore",
    help="A local replica, in DuckDB, of a BigQuery feature store.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (
    init,
    demo,
    pull,
    compute,
    push,
    mirror,
    backfill,
    status,
    query,
    show,
    explain,
    lint,
    doctor,
    coverage,
    timings,
    diff,
    dev,
    parity,
):
    app.command(verb.__name__.rsplit(".", 1)[-1])(verb.run)
app.add_typer(warehouse.app, name="warehouse")
app.add_typer(gaps.app, name="gaps")
app.add_typer(fixture.app, name="fixture")
app.add_typer(features.app, name="features")


def _show_version(value: bool) -> None:
    if value:
        # importlib.metadata alone takes 40 ms.
        from importlib.metadata import version

        typer.echo(version("featurestore"))
        raise typer.Exit


@app.callback()
def _root(
    show_version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
    debug: bool = typer.Option(False, "--debug", help="Show tracebacks."),
) -> None:
    """Pull bounded partitions, compute the features with the same GoogleSQL, push them back.

    Exit codes: 0 ok; 1 differences, gaps or findings; 2 usage; 3 refused; 4 over budget or quota;
    5 conflict; 6 the warehouse failed, worth a retry; 7 the replica is locked; 130 interrupted.
    """
    del debug  # Read by cli.errors.run, so that it works after the verb, too.
    notices.observe(output.waiting, output.warning)
