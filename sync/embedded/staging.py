"""Reads one file's rows into the table `loading`: columns matched by name, each value checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_list, quote_literal
from sync.duck.types import default_sql
from sync.embedded.files import csv_rows, json_rows, parquet_rows
from sync.embedded.files.incoming import ROW
from sync.embedded.files.sources import readable
from sync.embedded.files.values import Conversion, conversion
from sync.errors import BadInput, Refused
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from sync.embedded.files.sources import Source
    from sync.model import Column, Table


def stage(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    live: Sequence[Column],
    source: Source,
    *,
    ignore_unknown: bool,
    rounding: bool,
) -> set[str]:
    """Add one file's rows to ``loading``; returns the columns left out.

    Args:
        con: Has the temporary table ``loading``.
        table: The declared table.
        live: The columns of the live table, with DuckDB's types.
        source: The file.
        ignore_unknown: Skip columns that the table lacks.
        rounding: Round to the digits of a NUMERIC instead of refusing.

    Raises:
        BadInput: see `load_files`.
        Refused: a column is unknown, or occurs twice.
    """
    types = {column.name: column.type for column in live}
    with readable(source) as path:
        columns_of, unknown = _match(table, source, _column_names(con, source, path), types)
        if unknown and not ignore_unknown:
            raise Refused(
                f"{source.file}: {table.full_name} has no column"
                f" {', '.join(name or '(without a name)' for name in sorted(unknown))}",
                hint=f"featurestore warehouse load {table.full_name} {source.file}"
                " --ignore-unknown",
                columns=sorted(unknown),
            )
        folder = {name: v for name, v in source.folder_values.items() if name in types}
        present = {*columns_of.values(), *folder}
        defaults = _defaults(table, [name for name in types if name not in present])
        required = [name for name in _required(table) if name not in defaults]
        _refuse_absent(source, [name for name in required if name not in present])
        _read(con, source, path, columns_of, types)
        conversions = _conversions(con, source, types, folder, rounding=rounding)
        _refuse_rows(con, source, path, required, conversions)
        values = {name: each.value for name, each in conversions.items()} | defaults
        con.execute(
            sql(
                "INSERT INTO loading ({}) SELECT {} FROM incoming",
                quote_list(values),
                join(", ", values.values()),
            )
        )
        con.execute("DROP TABLE incoming")
    return unknown


def _column_names(con: duckdb.DuckDBPyConnection, source: Source, path: Path) -> list[str]:
    if source.kind == "parquet":
        return parquet_rows.column_names(source.file, path)
    if source.kind == "csv":
        return csv_rows.column_names(source.file, path)
    return json_rows.column_names(con, source.file, path)


def _match(
    table: Table, source: Source, names: Sequence[str], types: Mapping[str, str]
) -> tuple[dict[str, str], set[str]]:
    """The table's column for each known one of the file, and the unknown names."""
    columns = {name.lower(): name for name in types}
    columns_of: dict[str, str] = {}
    written: dict[str, str] = {}
    unknown = {name for name in source.folder_values if name not in columns}
    for name in names:
        column = columns.get(name.strip().lower())
        if column is None:
            unknown.add(name)
        elif column in written:
            raise Refused(
                f"{source.file}: the columns {written[column]} and {name} are both"
                f" {table.full_name}.{column}",
                hint="delete or rename one of them",
                columns=[written[column], name],
            )
        else:
            written[column] = name
            columns_of[name] = column
    return columns_of, unknown


def _read(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    path: Path,
    columns_of: Mapping[str, str],
    types: Mapping[str, str],
) -> None:
    """Create ``incoming``; refuse a file without rows unless a folder was named."""
    if source.kind == "parquet":
        parquet_rows.read(con, source.file, path, columns_of)
    elif source.kind == "csv":
        csv_rows.read(con, source.file, path, columns_of)
    else:
        json_rows.read(con, source.file, path, columns_of, types)
    if not source.from_folder and not con.execute("FROM incoming LIMIT 1").fetchone():
        raise BadInput(
            f"{source.file}: has column names, but no rows",
            hint="write the file again; nothing was loaded",
            file=str(source.file),
        )


def _required(table: Table) -> list[str]:
    """Columns that must not be NULL, the partition column first."""
    required = [column.name for column in table.columns if column.required]
    # The key of an optional or mirrored table may be NULL.
    if table.direction != "mirrored" and not table.optional:
        required = [*table.key, *required]
    return list(dict.fromkeys([table.partition_column, *required]))


def _defaults(table: Table, absent: Sequence[str]) -> dict[str, Sql]:
    """Required columns that the file lacks, but that have a default, to its SQL."""
    return {
        column.name: default_sql(column)
        for column in table.columns
        if column.name in absent and column.required and column.default is not None
    }


def _refuse_absent(source: Source, names: Sequence[str]) -> None:
    if names:
        raise BadInput(
            f"{source.file}: lacks the required column {', '.join(names)}",
            hint="the first line of a CSV file must name the columns; nothing was loaded"
            if source.kind == "csv"
            else "add the column; nothing was loaded",
            file=str(source.file),
            columns=list(names),
        )


def _conversions(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    types: Mapping[str, str],
    folder: Mapping[str, str | None],
    *,
    rounding: bool,
) -> dict[str, Conversion]:
    """Column to conversion. A column that is also in a folder's name must agree with it."""
    described = con.execute("DESCRIBE incoming").fetchall()
    conversions = {}
    for name, kind, *_ in described:
        if name == ROW:
            continue
        value = quote(name)
        if source.kind == "csv" and types[name] != "VARCHAR":
            value = sql("nullif({}, '')", value)
        conversions[name] = conversion(value, kind, types[name], rounding=rounding)
    for name, text in folder.items():
        literal = sql("{}::VARCHAR", Sql("NULL") if text is None else quote_literal(text))
        named = conversion(literal, "VARCHAR", types[name], rounding=rounding)
        if own := conversions.get(name):
            differs = sql("({}) IS DISTINCT FROM ({})", own.value, named.value)
            wrong = f"differs from the folder's name, {name}={text}"
            named = replace(own, reasons=[*own.reasons, (differs, wrong)], quick=Sql(""))
        conversions[name] = named
    return conversions


def _refuse_rows(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    path: Path,
    required: Sequence[str],
    conversions: Mapping[str, Conversion],
) -> None:
    """Refuse rows with missing or misfitting values; names the first one."""
    missing = [(name, sql("{} IS NULL", conversions[name].value)) for name in required]
    misfits = [(name, each.bad) for name, each in conversions.items() if each.bad]
    # Misfits first: they convert to NULL, and would be reported as missing.
    rules = [*misfits, *missing]
    counts = join(", ", (sql("count(*) FILTER ({})", bad) for _, bad in rules))
    bad_counts = con.execute(sql("SELECT {} FROM incoming", counts)).fetchall()[0]
    for position, ((name, bad), count) in enumerate(zip(rules, bad_counts, strict=True)):
        if not count:
            continue
        (row,) = con.execute(sql("SELECT min({}) FROM incoming WHERE {}", ROW, bad)).fetchall()[0]
        wrong, value = "is missing", None
        if position < len(misfits):
            wrong, value = _explained(con, name, conversions[name], row)
        line = csv_rows.line_of(source.file, path, row) if source.kind == "csv" else None
        place = f"row {row}" if line is None else f"line {line}"
        shown = f"{name} {wrong}" if value is None else f"{name}: {value!r} {wrong}"
        exactly = "NUMERIC" in wrong and "exactly" in wrong
        raise BadInput(
            f"{source.file} {place}: {shown} ({count} such rows)",
            hint="add --round to round it, or fix the file; nothing was loaded"
            if exactly
            else "fix the file; nothing was loaded",
            file=str(source.file),
            row=row,
            line=line,
            rows=count,
            column=name,
            value=value,
        )


def _explained(
    con: duckdb.DuckDBPyConnection, name: str, each: Conversion, row: int
) -> tuple[str, str | None]:
    """What is wrong with the value in a row, and the value as text."""
    conditions = join(
        ", ", (sql("coalesce({}, FALSE)", condition) for condition, _ in each.reasons)
    )
    columns = {row[0] for row in con.execute("DESCRIBE incoming").fetchall()}
    shown = sql("{}::VARCHAR", quote(name)) if name in columns else Sql("NULL")
    values = con.execute(
        sql("SELECT {}, {} FROM incoming WHERE {} = ?", shown, conditions, ROW), [row]
    ).fetchall()[0]
    wrong = next(reason for (_, reason), true in zip(each.reasons, values[1:], strict=True) if true)
    return wrong, values[0]
