"""CSV by RFC 4180; nothing is guessed from the rows.

Quotes are ``"``, doubled inside a quoted value, which may contain line breaks; there are no
comments and no escapes. The header line decides the delimiter: a comma if it has one outside of
quotes, else a semicolon, else a tab. An empty value is NULL; ``""`` is an empty string. Empty lines
are skipped.

Arrow reads the rows: DuckDB's reader stops without an error if line ends are mixed.
"""

from __future__ import annotations

import csv
import mmap
import re
from typing import TYPE_CHECKING

import duckdb

from sync.embedded.files.incoming import ROW, create_empty, not_utf8
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

# Bytes read at a time; a row must fit.
_BLOCK_BYTES = 1 << 24
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def column_names(file: Path, path: Path) -> list[str]:
    """The header's names as they are written.

    Args:
        file: The file as the user knows it.
        path: Where its uncompressed content is.

    Raises:
        BadInput: the first line is empty or is not UTF-8.
    """
    _, names = next(_records(file, path), (1, []))
    if not any(name.strip() for name in names):
        raise BadInput(
            f"{file} line 1 is empty, but must name the columns",
            hint="delete the empty lines above the header",
            file=str(file),
            line=1,
        )
    return names


def read(
    con: duckdb.DuckDBPyConnection, file: Path, path: Path, columns_of: Mapping[str, str]
) -> None:
    """Create `incoming` from the file's columns, all as text.

    Args:
        con: The connection for the temporary table.
        file: The file as the user knows it.
        path: Where its uncompressed content is.
        columns_of: The table's column for each of the file's columns that is read.

    Raises:
        BadInput: a line has too few or too many values, is not UTF-8, or has a stray quote.
    """
    import pyarrow as pa

    if _has_quote(path):
        # Arrow would accept "a"b as ab, and a quote that is never closed.
        _check_lines(file, path)
    records = _records(file, path)
    _, names = next(records)
    if not any(values for _, values in records):
        create_empty(con, columns_of.values())
        return
    try:
        con.register("csv_rows", _reader(path, names, columns_of))
        con.execute("CREATE OR REPLACE TEMP TABLE incoming AS FROM csv_rows")
        con.unregister("csv_rows")
    except (pa.ArrowInvalid, duckdb.Error) as error:
        _check_lines(file, path)
        raise BadInput(
            f"{file}: cannot be read: {str(error).splitlines()[0]}",
            hint="fix the file; nothing was loaded",
            file=str(file),
        ) from error


def line_of(file: Path, path: Path, row: int) -> int:
    """The line, from 1, on which a row begins; rows are numbered from 1 below the header."""
    filled = (line for line, values in _records(file, path) if values)
    return next(line for number, line in enumerate(filled) if number == row)


def _reader(
    path: Path, names: Sequence[str], columns_of: Mapping[str, str]
) -> pa.RecordBatchReader:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    # Columns that are not read may have any names, even the same one twice.
    target_names = {
        f"c{number}": columns_of[name] for number, name in enumerate(names) if name in columns_of
    }
    numbered = [f"c{number}" for number in range(len(names))]
    reader = arrow_csv.open_csv(
        path,
        arrow_csv.ReadOptions(
            column_names=numbered, skip_rows_after_names=1, block_size=_BLOCK_BYTES
        ),
        arrow_csv.ParseOptions(delimiter=_delimiter(path), newlines_in_values=True),
        arrow_csv.ConvertOptions(
            include_columns=list(target_names),
            column_types=dict.fromkeys(numbered, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    schema = pa.schema(
        [*((name, pa.string()) for name in target_names.values()), (ROW, pa.int64())]
    )

    def batches() -> Iterator[pa.RecordBatch]:
        row = 1
        for batch in reader:
            rows = pa.array(range(row, row + batch.num_rows), pa.int64())
            row += batch.num_rows
            yield pa.RecordBatch.from_arrays([*batch.columns, rows], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _has_quote(path: Path) -> bool:
    """Whether the file contains a quote."""
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return text.find(b'"') >= 0


def _delimiter(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        header = _QUOTED.sub("", lines.readline())
    return next((mark for mark in ",;\t" if mark in header), ",")


def _records(file: Path, path: Path) -> Iterator[tuple[int, list[str]]]:
    """(first line, values) of each record, the header first; empty lines are skipped.

    Raises:
        BadInput: a line is not UTF-8 or has a stray quote.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _BLOCK_BYTES))
    delimiter = _delimiter(path)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        began = 1
        try:
            for values in reader:
                yield began, values
                began = reader.line_num + 1
        except UnicodeDecodeError as error:
            raise not_utf8(file, path) from error
        except csv.Error as error:
            wrong = "a quoted value is not closed"
            if "expected after" in str(error):
                wrong = "a closing quote is followed by more text"
            elif "unexpected end" not in str(error):
                wrong = str(error)
            raise BadInput(
                f"{file} line {began}: {wrong}",
                hint='double each quote inside a quoted value: "a ""b"" c"; nothing was loaded',
                file=str(file),
                line=began,
            ) from error


def _check_lines(file: Path, path: Path) -> None:
    """Refuse the first line whose number of values differs from the header's."""
    records = _records(file, path)
    count = len(next(records)[1])
    for line, values in records:
        if values and len(values) != count:
            raise BadInput(
                f"{file} line {line}: {len(values)} values, but the header names {count} columns",
                hint="quote values that contain the delimiter, and write empty ones;"
                " nothing was loaded",
                file=str(file),
                line=line,
                values=len(values),
                columns=count,
            )
