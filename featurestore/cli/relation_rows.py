"""Computes a single relation for ``featurestore compute --relation``; prints or writes its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from featurestore.cli import output
from featurestore.cli.table_layout import print_rows

if TYPE_CHECKING:
    from pathlib import Path

    from featurestore.compute.request import ComputeRequest
    from featurestore.config import Settings

_SUFFIXES = {".parquet": "parquet", ".csv": "csv"}
_MOST_ROWS = 50


def compute_relation(
    settings: Settings, name: str, request: ComputeRequest, file: Path | None, *, json: bool
) -> None:
    """Compute a relation over a range; nothing is written to the replica.

    Args:
        settings: The replica, and the folders of the user's own relations.
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
        typer.echo(f"wrote {output.counted(rows.num_rows, 'row')} to {file}", err=True)
    elif json:
        output.print_json_rows(rows.to_pylist())
    else:
        print_rows(f"{name} for {request.dates}", rows, _MOST_ROWS)
