"""Writes a query's rows to a file, a pipe or standard output; a file is replaced at once."""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import TYPE_CHECKING

from featurestore.json_text import plain
from sync.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    import pyarrow as pa


def write(table: pa.Table, file: Path | None, output_format: str) -> None:
    """Write rows as CSV (to stdout without a file) or Parquet.

    Raises:
        BadInput: the file cannot be written, or the format is neither.
    """
    if output_format not in {"csv", "parquet"}:
        raise BadInput(
            f"--output: needs --format csv or parquet, got {output_format}",
            hint="add --format csv",
        )
    if file is None:
        _write(table, sys.stdout.buffer, output_format)
        return
    # Written beside the file, so that an older one stays until the new one is complete. A pipe or
    # a device is opened here: pyarrow would remove it after an error.
    is_plain = not file.exists() or file.is_file()
    draft = file.with_name(f".{file.name}.{os.getpid()}") if is_plain else file
    try:
        try:
            with draft.open("wb") as target:
                _write(table, target, output_format)
            if is_plain:
                draft.replace(file)
        finally:
            if is_plain:
                draft.unlink(missing_ok=True)
    except OSError as error:
        # Arrow's text repeats the path.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise BadInput(f"--output {file}: cannot be written: {reason}", path=str(file)) from error


def _write(table: pa.Table, target: BinaryIO, output_format: str) -> None:
    from pyarrow import csv, parquet

    if output_format == "parquet":
        parquet.write_table(table, target)
    else:
        csv.write_csv(_as_csv_columns(table), target)


def _json_text(value: object) -> str | None:
    return None if value is None else json.dumps(plain(value), ensure_ascii=False)


def _as_csv_columns(table: pa.Table) -> pa.Table:
    """The table with types that CSV can hold: ARRAY and STRUCT as JSON, BYTES as base64."""
    import pyarrow as pa
    import pyarrow.types as at

    for index, field in enumerate(table.schema):
        if at.is_nested(field.type):
            values = [_json_text(value) for value in table.column(index).to_pylist()]
        elif at.is_binary(field.type) or at.is_large_binary(field.type):
            values = [
                None if value is None else base64.b64encode(value).decode()
                for value in table.column(index).to_pylist()
            ]
        else:
            continue
        table = table.set_column(index, field.name, pa.array(values, pa.string()))
    return table
