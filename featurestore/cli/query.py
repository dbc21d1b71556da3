"""``featurestore query``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from featurestore.cli import options, output


def run(
    sql: Annotated[
        str | None, typer.Argument(help="One GoogleSQL SELECT statement; - reads stdin.")
    ] = None,
    sql_file: Annotated[
        Path | None, typer.Option("-f", "--file", help="Read the statement from this file.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", help="NAME=VALUE or NAME:TYPE=VALUE for @NAME; may be repeated."),
    ] = None,
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
    from featurestore.query_parameters import given
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
    statement = _statement(sql, sql_file)
    table = query(options.open_replica(settings), statement, given(param or []))
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


def _statement(sql: str | None, file: Path | None) -> str:
    """The statement from the argument, the file, or stdin: exactly one of them."""
    from sync.errors import BadInput

    if (sql is None) == (file is None):
        raise BadInput(
            "query: needs one statement, as an argument or with -f FILE",
            hint="featurestore query 'SELECT 1 AS one'",
        )
    try:
        text = sql or ""
        if sql == "-":
            text = sys.stdin.read()
        elif file is not None:
            text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file or 'stdin'}: cannot be read: {error}", path=str(file)) from error
    if not text.strip():
        raise BadInput("query: is empty", hint="featurestore query 'SELECT 1 AS one'")
    return text
