"""``featurestore lint``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from datetime import date


def run(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="SQL or Python files, or folders of them.")
    ] = None,
    partitioned: Annotated[
        list[str] | None,
        typer.Option("--partitioned", help="TABLE=COLUMN of your own; may be repeated."),
    ] = None,
    prove: Annotated[
        bool,
        typer.Option("--prove-no-leak", help="Prove it on the replica's rows; needs --date."),
    ] = False,
    day: Annotated[str | None, typer.Option("--date", help="As-of date of the proof.")] = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Find unbounded scans, leaks and unproven constructs in SQL; exit code 1 on findings."""
    from sync.errors import BadInput

    if prove:
        if day is None:
            raise BadInput("--prove-no-leak: needs --date", hint="add --date 2025-01-15")
        _prove(options.parse_date(day, "--date"), config, json=json)
    if not paths:
        raise BadInput("lint: no path", hint="featurestore lint queries/")
    _lint(paths, partitioned or [], json=json)


def _lint(paths: list[Path], partitioned: list[str], *, json: bool) -> None:
    from featurestore.definitions import tables
    from featurestore.lint.check import lint_paths
    from featurestore.query import schema
    from sync.errors import BadInput

    declared = dict(tables.partitioned())
    for pair in partitioned:
        table, separator, column = pair.partition("=")
        if not (table and separator and column):
            raise BadInput(f"--partitioned {pair}: is not TABLE=COLUMN")
        declared[".".join(table.split(".")[-2:])] = column
    findings = lint_paths(paths, declared, schema=schema())
    if json:
        output.print_json(findings)
    else:
        for finding in findings:
            typer.echo(str(finding))
            if finding.hint:
                typer.echo(f"  hint: {finding.hint}")
        if not findings:
            typer.echo("no findings")
    errors = any(finding.severity == "error" for finding in findings)
    raise typer.Exit(1 if errors else 0)


def _prove(day: date, config: Path | None, *, json: bool) -> None:
    from featurestore.clock import utc_now
    from featurestore.verify.leak_proof import prove_no_leak

    replica = options.open_replica(options.load_settings(config))
    proof = prove_no_leak(replica, day, now=utc_now())
    if json:
        output.print_json(proof)
    else:
        for column, player in proof.leaks:
            typer.echo(f"{proof.day}: error: {column} changed for {player}")
        outcome = f"{len(proof.leaks)} columns leak" if proof.leaks else "no leak"
        typer.echo(
            f"{proof.day}: {outcome}; {proof.rows:,} feature rows compared after changing the"
            f" results of {proof.changed_rows:,} rows of that date and later"
        )
    raise typer.Exit(1 if proof.leaks else 0)
