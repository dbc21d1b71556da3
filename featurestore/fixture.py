"""Writes a slice of the replica as Parquet files: all that the features of a range depend on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from featurestore.compute import plan
from featurestore.compute.local import require_pulled
from featurestore.definitions import compose, sql_files, tables
from featurestore.definitions.trees import parse_tree
from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.errors import BadInput, Failure, Refused

if TYPE_CHECKING:
    from sync.model import DateRange, Table
    from sync.replica.file import Replica


@dataclass(frozen=True, slots=True)
class FixtureFile:
    """One file of a fixture.

    Attributes:
        table: The table that its rows are loaded into, or are compared with.
        path: The Parquet file.
        columns: Number of columns.
        rows: Number of rows.
    """

    table: str
    path: Path
    columns: int
    rows: int


def make_fixture(
    replica: Replica, dates: DateRange, folder: Path, *, dry_run: bool = False
) -> tuple[FixtureFile, ...]:
    """Write the inputs of the features of ``dates``, and the computed rows to compare with.

    The inputs are all rows of the range and of its lookback, with the columns that the feature
    SQL reads: what is computed from them is what the replica computes. Tables without a row give
    no file. The files appear together, or none does.

    Args:
        replica: Holds the pulled partitions.
        dates: Both ends included.
        folder: Where the files go; made if it is missing.
        dry_run: Only count.

    Raises:
        Refused: a date of the range or of its lookback was never pulled, or the store's rows of a
            date were computed by other SQL than the present one.
        BadInput: the folder holds one of the files already.
    """
    needed = dates.with_lookback(sql_files.lookback_days())
    parts = [(tables.SUMMARY, needed), (tables.INJURIES, needed), (tables.STORE, dates)]
    read = _columns_read()
    with replica.read() as con:
        require_pulled(con, dates)
        _require_current_sql(con, dates)
        planned = []
        for name, days in parts:
            table = tables.tables()[name]
            columns = _chosen(table, read)
            rows = _count(con, table, days)
            path = folder / f"{table.full_name}.parquet"
            if rows and path.exists():
                raise BadInput(
                    f"{path}: exists already", hint="name another folder", path=str(path)
                )
            if rows:
                planned.append((table, days, columns, FixtureFile(name, path, len(columns), rows)))
        if not dry_run:
            _write(con, folder, planned)
    return tuple(file for *_, file in planned)


def _require_current_sql(con: duckdb.DuckDBPyConnection, dates: DateRange) -> None:
    """Refuse rows to compare with that the present SQL did not compute."""
    (found,) = con.execute(
        """SELECT count(*), min(partition_date), max(partition_date) FROM featurestore.computed
        WHERE partition_date BETWEEN ? AND ? AND sql_digest <> ?""",
        [dates.start, dates.end, plan.sql_digest()],
    ).fetchall()
    count, first, last = found
    if count:
        raise Refused(
            f"{tables.STORE}: the rows of {count} of the {dates.days} dates of {dates} were"
            f" computed by other SQL, first {first}, last {last}",
            hint=f"featurestore compute --start-date {first} --end-date {last}",
            table=tables.STORE,
            dates=count,
        )


def _write(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    planned: list[tuple[Table, DateRange, tuple[str, ...], FixtureFile]],
) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, days, columns, file in planned:
            day = quote(table.partition_column)
            order = quote_list((table.partition_column, *table.key))
            con.execute(
                f"COPY (SELECT {quote_list(columns)} FROM {quote_table(table)}"
                f" WHERE {day} BETWEEN $start AND $end ORDER BY {order})"
                f" TO {quote_literal(f'{file.path}.part')} (FORMAT parquet, COMPRESSION zstd)",
                {"start": days.start, "end": days.end},
            )
        for *_, file in planned:
            Path(f"{file.path}.part").replace(file.path)
    except (OSError, duckdb.IOException) as error:
        raise Failure(
            f"{folder}: cannot be written: {str(error).splitlines()[0]}", path=str(folder)
        ) from error


def _columns_read() -> frozenset[str]:
    """Names of all columns that a relation reads which reads a warehouse table."""
    files = compose.by_name(sql_files.load("features")).values()
    readers = [file for file in files if any("." in name for name in file.header.inputs)]
    return frozenset(
        column.name
        for file in readers
        for column in parse_tree(file.text, file.path).find_all(exp.Column)
    )


def _chosen(table: Table, read: frozenset[str]) -> tuple[str, ...]:
    if table.direction == "pushed":
        return tuple(column.name for column in table.all_columns)
    return tuple(
        column.name
        for column in table.columns
        if column.required or column.name in read or column.name in table.key
    )


def _count(con: duckdb.DuckDBPyConnection, table: Table, days: DateRange) -> int:
    day = quote(table.partition_column)
    return int(
        con.execute(
            f"SELECT count(*) FROM {quote_table(table)} WHERE {day} BETWEEN ? AND ?",
            [days.start, days.end],
        ).fetchall()[0][0]
    )
