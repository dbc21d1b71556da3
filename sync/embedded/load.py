"""Loads Parquet, CSV and JSON files into a table of the embedded warehouse."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from sync.duck.catalog import require_columns
from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.duck.types import default_sql
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from sync.embedded.warehouse import EmbeddedWarehouse
    from sync.model import Column, Table

_READERS = {
    ".parquet": "read_parquet({}, hive_partitioning = false)",
    ".csv": "read_csv({}, header = true, all_varchar = true)",
    ".json": "read_json({}, format = 'auto')",
    ".jsonl": "read_json({}, format = 'newline_delimited')",
    ".ndjson": "read_json({}, format = 'newline_delimited')",
}
_ROW = "featurestore_row"
# Kinds whose values TRY_CAST rounds to a whole number or cuts down to a date without a word.
_ROUNDED = {"BIGINT": ("DOUBLE", "FLOAT", "DECIMAL", "VARCHAR"), "DATE": ("TIMESTAMP",)}


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
        WarehouseFailed: there is no such table.
    """
    began = time.perf_counter()
    with warehouse.writer() as con:
        live = require_columns(con, table)
        con.execute(f"CREATE TEMP TABLE loading AS FROM {quote_table(table)} LIMIT 0")
        ignored: set[str] = set()
        for file in files:
            ignored |= _stage(con, table, live, file, ignore_unknown=ignore_unknown)
        day = quote(table.partition_column)
        counted = con.execute(
            f"SELECT {day}, count(*) FROM loading GROUP BY 1 ORDER BY 1"
        ).fetchall()
        dates = tuple(row[0] for row in counted)
        rows = sum(row[1] for row in counted)
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
    types = {column.name: column.type for column in live}
    kinds = _read(con, file, types)
    unknown = {name for name in kinds if name not in types}
    if unknown and not ignore_unknown:
        raise Refused(
            f"{file}: {table.full_name} has no column {', '.join(sorted(unknown))}",
            hint=f"featurestore warehouse load {table.full_name} {file} --ignore-unknown",
            columns=sorted(unknown),
        )
    names = [name for name in kinds if name in types]
    defaults = _defaults(table, [name for name in types if name not in names])
    _refuse_rows(con, file, _rules(table, {name: kinds[name] for name in names}, types, defaults))
    values = {name: f"{quote(name)}::{types[name]}" for name in names} | defaults
    con.execute(
        f"INSERT INTO loading ({quote_list(values)}) SELECT {', '.join(values.values())}"
        " FROM incoming"
    )
    con.execute("DROP TABLE incoming")
    return unknown


def _read(con: duckdb.DuckDBPyConnection, file: Path, types: Mapping[str, str]) -> dict[str, str]:
    """Make ``incoming``, the file's rows with their numbers; gives its columns with their types."""
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise BadInput(
            f"{file}: none of {', '.join(sorted(_READERS))}",
            hint="convert the file to Parquet",
            file=str(file),
        )
    if not file.is_file():
        raise BadInput(f"{file}: no such file", hint="look at its name", file=str(file))
    source = reader.format(quote_literal(str(file)))
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        if source.startswith("read_json"):
            source = _as_text(source, [row[0] for row in described], types)
        con.execute(
            "CREATE OR REPLACE TEMP TABLE incoming AS"
            f" SELECT *, row_number() OVER () AS {_ROW} FROM {source}"
        )
    except duckdb.Error as error:
        raise BadInput(
            f"{file}: cannot be read: {str(error).splitlines()[0]}",
            hint="nothing was loaded; mend the file",
            file=str(file),
        ) from error
    found = con.execute("DESCRIBE incoming").fetchall()
    return {row[0]: row[1] for row in found if row[0] != _ROW}


def _as_text(source: str, names: Sequence[str], types: Mapping[str, str]) -> str:
    """The JSON reader with every column as text: what it guesses would rewrite 12:30 and 007."""
    kinds = ", ".join(
        f"{quote_literal(name)}: '{'JSON' if types.get(name) == 'JSON' else 'VARCHAR'}'"
        for name in names
    )
    return f"{source[:-1]}, columns = {{{kinds}}})"


def _defaults(table: Table, absent: Sequence[str]) -> dict[str, str]:
    """SQL for the required columns that the file lacks and that have a default."""
    return {
        column.name: default_sql(column)
        for column in table.columns
        if column.name in absent and column.required and column.default is not None
    }


def _rules(
    table: Table, kinds: Mapping[str, str], types: Mapping[str, str], defaults: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """(column, SQL condition of a bad row, what is wrong with it), the most telling first."""
    required = [column.name for column in table.columns if column.required]
    # An optional table's key may hold NULLs, and so may a merged one's.
    if table.direction != "mirrored" and not table.optional:
        required = [*table.key, *required]
    rules = [
        (name, f"{quote(name)} IS NULL" if name in kinds else "TRUE", "is missing")
        for name in dict.fromkeys([table.partition_column, *required])
        if name not in defaults
    ]
    for name, kind in kinds.items():
        value, wanted = quote(name), types[name]
        misfit = f"TRY_CAST({value} AS {wanted}) IS NULL"
        if kind.startswith(_ROUNDED.get(wanted, ())):
            exact = "TIMESTAMP" if wanted == "DATE" else "DECIMAL(38,9)"
            misfit += (
                f" OR TRY_CAST({value} AS {wanted})::{exact}"
                f" IS DISTINCT FROM TRY_CAST({value} AS {exact})"
            )
        if kind != wanted:
            rules.append((name, f"{value} IS NOT NULL AND ({misfit})", f"is no {wanted}"))
        if wanted == "DOUBLE":
            rules.append((name, f"NOT isfinite(TRY_CAST({value} AS DOUBLE))", "is not finite"))
    return rules


def _refuse_rows(
    con: duckdb.DuckDBPyConnection, file: Path, rules: Sequence[tuple[str, str, str]]
) -> None:
    """Name the first row, counted from 1, that breaks the first broken rule."""
    tests = ", ".join(f"min({_ROW}) FILTER ({bad}), count(*) FILTER ({bad})" for _, bad, _ in rules)
    found = con.execute(f"SELECT {tests} FROM incoming").fetchall()[0]
    for (name, _, wrong), row, count in zip(rules, found[::2], found[1::2], strict=True):
        if not count:
            continue
        value = None
        if wrong != "is missing":
            value = con.execute(
                f"SELECT {quote(name)}::VARCHAR FROM incoming WHERE {_ROW} = ?", [row]
            ).fetchall()[0][0]
        shown = f"{name} {wrong}" if value is None else f"{name}: {value!r} {wrong}"
        raise BadInput(
            f"{file} row {row}: {shown} ({count} such rows)",
            hint="mend the file; nothing was loaded",
            file=str(file),
            row=row,
            rows=count,
            column=name,
            value=value,
        )
