"""``featurestore query``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from featurestore.cli import options, output


def run(
    sql: Annotated[str, typer.Argument(help="One GoogleSQL SELECT statement.")],
    output_format: Annotated[
        str, typer.Option("--format", help="table, json, csv or parquet.")
    ] = "table",
    file: Annotated[
        Path | None, typer.Option("--output", help="Write to this file; parquet needs one.")
    ] = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Run GoogleSQL against the replica, read-only, every scan bounded."""
    from featurestore.query import query, write
    from sync.errors import BadInput

    if output_format not in ("table", "json", "csv", "parquet"):
        raise BadInput(f"--format {output_format}: unknown; known are table, json, csv and parquet")
    if output_format == "parquet" and file is None:
        raise BadInput("--format parquet: needs --output FILE", hint="add --output rows.parquet")
    if file is not None and not file.parent.is_dir():
        raise BadInput(
            f"--output {file}: no folder {file.parent}",
            hint=f"mkdir -p {shlex.quote(str(file.parent))}",
        )
    settings = options.load_settings(config)
    table = query(options.open_replica(settings), sql)
    if file is not None:
        write(table, file, output_format)
        typer.echo(f"wrote {table.num_rows:,} rows to {file}", err=True)
    elif json or output_format == "json":
        output.print_json(table.to_pylist())
    elif output_format == "csv":
        write(table, None, "csv")
    else:
        rows = [tuple(row.values()) for row in table.to_pylist()]
        output.print_table("", table.column_names, rows)
