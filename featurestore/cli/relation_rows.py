"""Computes a single relation for ``featurestore compute --relation``; prints or writes its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from featurestore.cli import output

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from featurestore.compute.request import ComputeRequest
    from featurestore.config import Settings

_SUFFIXES = {".parquet": "parquet", ".csv": "csv"}
# Beside each other, more than these are too narrow to read.
_MOST_COLUMNS = 12
_MOST_ROWS = 50


def compute_relation(
    settings: Settings, name: str, request: ComputeRequest, file: Path | None, *, json: bool
) -> None:
    """Compute a relation over a range; nothing is written to the replica.

    Args:
        settings: Name the replica and the folders of one's own relations.
        name: The relation.
        request: The dates and options.
        file: Where to write the rows, ``.parquet`` or ``.csv``; None prints them.
        json: Print them as one JSON document.

    Raises:
        BadInput: the file has another suffix or cannot be written.
    """
    from featurestore.cli import options
    from featurestore.cli.rows_file import write
    from featurestore.show_relation import show_relation
    from sync.errors import BadInput

    if file is not None and file.suffix not in _SUFFIXES:
        raise BadInput(
            f"--output {file}: neither .parquet nor .csv", hint=f"--output {name}.parquet"
        )
    rows = show_relation(options.open_replica(settings), name, request, own=settings.sql)
    if file is not None:
        write(rows, file, _SUFFIXES[file.suffix])
        typer.echo(f"wrote {rows.num_rows:,} rows to {file}", err=True)
    elif json:
        output.print_json(rows.to_pylist())
    else:
        print_rows(f"{name} for {request.dates}", rows, _MOST_ROWS)


def print_rows(title: str, rows: pa.Table, limit: int) -> None:
    """Print the first rows: as a table, or one below the other where there are many columns."""
    count = f"{rows.num_rows:,} row{'' if rows.num_rows == 1 else 's'}"
    left = f", the first {limit}" if rows.num_rows > limit else ""
    title = f"{title}: {count}{left}"
    shown = rows.slice(0, limit).to_pylist()
    if rows.num_columns <= _MOST_COLUMNS:
        output.print_table(title, rows.column_names, [tuple(row.values()) for row in shown])
        return
    typer.echo(title)
    for number, row in enumerate(shown, start=1):
        output.print_facts(f"row {number}", row)
