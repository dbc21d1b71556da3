"""Loads Parquet, CSV and JSON files into a table of the embedded warehouse."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from sync.catalog import live_columns
from sync.errors import BadInput, Refused
from sync.names import quote, quote_list, quote_literal, quote_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from sync.embedded import EmbeddedWarehouse
    from sync.model import Column, Table

_READERS = {
    ".parquet": "read_parquet({})",
    ".csv": "read_csv({}, header = true, all_varchar = true)",
    ".json": "read_json({}, format = 'auto')",
    ".jsonl": "read_json({}, format = 'newline_delimited')",
    ".ndjson": "read_json({}, format = 'newline_delimited')",
}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load wrote, or would write.

    Attributes:
        table: Full table name.
        rows: Rows in the files.
        dates: Partitions that were replaced, ascending.
        ignored: Columns of the files that the table lacks.
        seconds: Elapsed time.
    """

    table: str
    rows: int
    dates: tuple[date, ...]
    ignored: tuple[str, ...]
    seconds: float


def load_files(
    warehouse: EmbeddedWarehouse,
    table: Table,
    files: Sequence[Path],
    *,
    ignore_unknown: bool = False,
    dry_run: bool = False,
) -> LoadReport:
    """Replace the partitions that occur in the files, in one transaction over all files.

    Columns are matched by name and cast to the table's types; missing ones become NULL or their
    default. May be repeated: the same files give the same partitions.

    Args:
        warehouse: The embedded warehouse; it must hold the table.
        table: The declared table.
        files: Parquet, CSV or JSON, told by their endings.
        ignore_unknown: Leave out columns that the table lacks instead of refusing them.
        dry_run: Check everything, write nothing.

    Raises:
        BadInput: a file is missing, unreadable or of another kind; a value does not fit; a row
            lacks a required value (file, row number and column are named).
        Refused: a column is unknown.
    """
    began = time.perf_counter()
    with warehouse.writer() as con:
        live = live_columns(con, table)
        if live is None:
            raise BadInput(
                f"{table.full_name}: no such table in {warehouse.url}", hint="featurestore init"
            )
        con.execute(f"CREATE TEMP TABLE loading AS FROM {quote_table(table)} LIMIT 0")
        ignored: set[str] = set()
        for file in files:
            ignored |= _stage(con, table, live, file, ignore_unknown=ignore_unknown)
        _refuse_not_finite(con, table, live)
        day = quote(table.partition_column)
        dates = tuple(
            row[0]
            for row in con.execute(f"SELECT DISTINCT {day} FROM loading ORDER BY 1").fetchall()
        )
        rows = con.execute("SELECT count(*) FROM loading").fetchall()[0][0]
        if not dry_run and dates:
            con.execute(
                f"DELETE FROM {quote_table(table)} WHERE {day} BETWEEN ? AND ?"
                f" AND {day} IN (SELECT unnest(?::DATE[]))",
                [dates[0], dates[-1], list(dates)],
            )
            con.execute(f"INSERT INTO {quote_table(table)} BY NAME SELECT * FROM loading")
        con.execute("DROP TABLE loading")
    return LoadReport(
        table.full_name, rows, dates, tuple(sorted(ignored)), time.perf_counter() - began
    )


def _stage(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    live: Sequence[Column],
    file: Path,
    *,
    ignore_unknown: bool,
) -> set[str]:
    """Add one file's rows to ``loading``; gives the columns left out."""
    source = _source(file)
    try:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE incoming AS"
            f" SELECT *, row_number() OVER () AS featurestore_row FROM {source}"
        )
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"{file}: cannot be read: {first}", file=str(file)) from error
    found = [row[0] for row in con.execute("DESCRIBE incoming").fetchall()]
    types = {column.name: column.type for column in live}
    unknown = {name for name in found if name not in types} - {"featurestore_row"}
    if unknown and not ignore_unknown:
        raise Refused(
            f"{file}: {table.full_name} has no column {', '.join(sorted(unknown))}",
            hint=f"featurestore warehouse load {table.full_name} {file} --ignore-unknown",
            columns=sorted(unknown),
        )
    names = [name for name in found if name in types]
    _refuse_incomplete(con, table, names, file)
    _refuse_misfits(con, names, types, file)
    con.execute(
        f"INSERT INTO loading ({quote_list(names)})"
        f" SELECT {', '.join(f'{quote(n)}::{types[n]}' for n in names)} FROM incoming"
    )
    con.execute("DROP TABLE incoming")
    return unknown


def _source(file: Path) -> str:
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise BadInput(
            f"{file}: none of {', '.join(sorted(_READERS))}",
            hint="convert the file to Parquet",
            file=str(file),
        )
    if not file.is_file():
        raise BadInput(f"{file}: no such file", file=str(file))
    return reader.format(quote_literal(str(file)))


def _refuse_incomplete(
    con: duckdb.DuckDBPyConnection, table: Table, names: list[str], file: Path
) -> None:
    """Every row needs its key, its date and each required column that has no default."""
    required = [column.name for column in table.columns if column.required and not column.default]
    nullable_key = table.optional and {"report_hour", "game_id", "player_lookup"}
    key = [name for name in table.key if not (nullable_key and name in nullable_key)]
    if table.direction == "mirrored":
        key = []
    for name in dict.fromkeys([table.partition_column, *key, *required]):
        condition = f"{quote(name)} IS NULL" if name in names else "TRUE"
        bad = con.execute(
            f"SELECT min(featurestore_row), count(*) FROM incoming WHERE {condition}"
        ).fetchall()[0]
        if bad[1]:
            raise BadInput(
                f"{file} row {bad[0]}: {name} is missing ({bad[1]} such rows)",
                hint="mend the file; nothing was loaded",
                file=str(file),
                row=bad[0],
                column=name,
            )


def _refuse_misfits(
    con: duckdb.DuckDBPyConnection, names: list[str], types: dict[str, str], file: Path
) -> None:
    """A value that does not fit its column's type is named, with its row."""
    tests = ", ".join(
        f"min(featurestore_row) FILTER ({quote(n)} IS NOT NULL"
        f" AND TRY_CAST({quote(n)} AS {types[n]}) IS NULL)"
        for n in names
    )
    rows = con.execute(f"SELECT {tests} FROM incoming").fetchall()[0]
    for name, row in zip(names, rows, strict=True):
        if row is not None:
            value = con.execute(
                f"SELECT {quote(name)}::VARCHAR FROM incoming WHERE featurestore_row = ?", [row]
            ).fetchall()[0][0]
            raise BadInput(
                f"{file} row {row}: {name} is {value!r}, which is no {types[name]}",
                hint="mend the file; nothing was loaded",
                file=str(file),
                row=row,
                column=name,
                value=value,
            )


def _refuse_not_finite(
    con: duckdb.DuckDBPyConnection, table: Table, live: Sequence[Column]
) -> None:
    for column in live:
        if column.type != "DOUBLE":
            continue
        bad = con.execute(
            f"SELECT {quote(column.name)}::VARCHAR, {quote(table.partition_column)}::VARCHAR"
            f" FROM loading WHERE NOT isfinite({quote(column.name)}) LIMIT 1"
        ).fetchone()
        if bad:
            raise BadInput(
                f"{table.full_name}.{column.name}: {bad[0]} on {bad[1]} is not finite",
                hint="mend the file; nothing was loaded",
                column=column.name,
            )
