"""``featurestore lint``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from featurestore.cli import options, output


def run(
    paths: Annotated[list[Path], typer.Argument(help="SQL files, or folders of them.")],
    partitioned: Annotated[
        list[str] | None,
        typer.Option("--partitioned", help="TABLE=COLUMN of your own; may be repeated."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Check SQL files for unbounded scans and unproven constructs; exit code 1 on findings."""
    from featurestore import schema
    from featurestore.lint import lint_paths
    from sync.errors import BadInput

    tables = dict(schema.partitioned())
    for pair in partitioned or ():
        table, separator, column = pair.partition("=")
        if not (table and separator and column):
            raise BadInput(f"--partitioned {pair}: is not TABLE=COLUMN")
        tables[".".join(table.split(".")[-2:])] = column
    findings = lint_paths(paths, tables)
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
