"""``featurestore query``."""

from __future__ import annotations

import shlex
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from featurestore.cli import options, output
from featurestore.cli.table_layout import print_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from featurestore.query_parameters import Given
    from sync.replica.file import Replica

_MOST_SHOWN, _MOST_CHARACTERS = 20, 300


def run(
    sql: Annotated[
        str | None, typer.Argument(help="One GoogleSQL SELECT statement; - reads it from stdin.")
    ] = None,
    sql_file: Annotated[
        Path | None, typer.Option("-f", "--file", help="Read the statement from this file.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", help="NAME=VALUE or NAME:TYPE=VALUE for @NAME; may be repeated."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            help="duckdb, or reference: GoogleSQL's own evaluator, which knows nearly every"
            " construct and is slow.",
        ),
    ] = "duckdb",
    prove: Annotated[
        bool,
        typer.Option(
            "--prove", help="Run it on both engines over the newest rows; exit 1 on a difference."
        ),
    ] = False,
    max_rows: Annotated[
        int | None,
        typer.Option(
            "--max-rows",
            min=1,
            help="Most input rows for the reference engine; by default 100000, with --prove 2000.",
        ),
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", help="table, json, csv or parquet.")
    ] = "table",
    file: Annotated[
        Path | None, typer.Option("--output", help="Write to this file; parquet needs one.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Rows to print as a table, at most.")
    ] = 20,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Run GoogleSQL against the replica, read-only, every scan bounded."""
    from featurestore.cli.rows_file import write
    from featurestore.query_parameters import given

    _require_known(engine, output_format, file)
    settings = options.load_settings(config)
    statement, parameters = _statement(sql, sql_file), given(param or [])
    replica = options.open_replica(settings)
    if prove:
        _prove(replica, statement, parameters, max_rows, json=json or output_format == "json")
    table = _rows(replica, statement, parameters, engine, max_rows, settings.sql)
    if file is not None:
        write(table, file, output_format)
        typer.echo(f"wrote {output.counted(table.num_rows, 'row')} to {file}", err=True)
    elif json or output_format == "json":
        output.print_json_rows(table.to_pylist())
    elif output_format == "csv":
        write(table, None, "csv")
    else:
        print_rows("", table, limit, elsewhere="--format csv")


def _require_known(engine: str, output_format: str, file: Path | None) -> None:
    from sync.errors import BadInput

    if engine not in ("duckdb", "reference"):
        raise BadInput(f"--engine {engine}: unknown; known are duckdb and reference")
    if output_format not in ("table", "json", "csv", "parquet"):
        raise BadInput(f"--format {output_format}: unknown; known are table, json, csv and parquet")
    if output_format == "parquet" and file is None:
        raise BadInput("--format parquet: needs --output FILE", hint="add --output rows.parquet")
    if file is not None and not file.parent.is_dir():
        raise BadInput(
            f"--output {file}: the folder {file.parent} does not exist",
            hint=f"mkdir -p {shlex.quote(str(file.parent))}",
        )


def _rows(
    replica: Replica,
    sql: str,
    parameters: dict[str, Given],
    engine: str,
    max_rows: int | None,
    own_sql: Sequence[str],
) -> pa.Table:
    if engine == "duckdb":
        from featurestore.query import query

        return query(
            replica, sql, parameters, own_sql=own_sql, notice=partial(typer.echo, err=True)
        )
    from featurestore.evaluate.reference import MOST_ROWS, query_reference

    return query_reference(replica, sql, parameters, most_rows=max_rows or MOST_ROWS)


def _prove(
    replica: Replica,
    sql: str,
    parameters: dict[str, Given],
    max_rows: int | None,
    *,
    json: bool,
) -> NoReturn:
    """Compare both engines, print what differs, and exit."""
    from featurestore.evaluate.prove import MOST_ROWS, prove

    proof = prove(replica, sql, parameters, most_rows=max_rows or MOST_ROWS)
    if json:
        output.print_json(proof)
    else:
        for number, difference in enumerate(proof.differences[:_MOST_SHOWN], start=1):
            typer.echo(f"difference {number}:")
            here, there = difference.duckdb, difference.reference
            typer.echo(f"  duckdb     {_shown(here, there)}")
            typer.echo(f"  reference  {_shown(there, here)}")
        dates = f", {proof.first} to {proof.last or 'the newest'}" if proof.first else ""
        count = len(proof.differences)
        typer.echo(
            f"{output.counted(proof.input_rows, 'row')} in{dates};"
            f" {output.counted(proof.output_rows, 'row')} out;"
            f" {count:,} {'differs' if count == 1 else 'differ'}"
        )
        if not proof.output_rows:
            typer.echo("nothing was compared: the statement returns no rows")
        elif not proof.differences:
            about = ", ".join(proof.unproven)
            typer.echo(
                f"same on these rows; not proven in general: {about}; the statement may run"
                if about
                else "same on these rows; each construct is also proven in general"
            )
    raise typer.Exit(1 if proof.differences else 0)


def _shown(row: Mapping[str, object] | None, other: Mapping[str, object] | None) -> str:
    """The columns in which a row differs from the other engine's; all if that has no such row."""
    if row is None:
        return "no such row"
    differing = {
        name: value
        for name, value in row.items()
        if other is None or name not in other or other[name] != value
    }
    text = ", ".join(f"{name}={value!r}" for name, value in (differing or row).items())
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]} ..."


def _statement(sql: str | None, file: Path | None) -> str:
    """The statement: from the argument, the file or stdin."""
    from sync.errors import BadInput

    if (sql is None) == (file is None):
        raise BadInput(
            "query: needs one statement: as an argument, or in a file with -f FILE",
            hint="featurestore query 'SELECT 1 AS one'",
        )
    try:
        text = sql or ""
        if sql == "-":
            text = sys.stdin.read()
        elif file is not None:
            text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else "not UTF-8"
        raise BadInput(
            f"{file or 'stdin'}: cannot be read: {reason}",
            hint="name a file with one GoogleSQL statement in UTF-8",
            path=str(file),
        ) from error
    if not text.strip():
        raise BadInput("query: the statement is empty", hint="featurestore query 'SELECT 1 AS one'")
    return text
