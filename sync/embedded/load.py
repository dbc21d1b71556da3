"""Loads Parquet, CSV and JSON files into a table of the embedded warehouse."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.duck.catalog import require_columns
from sync.duck.clauses import bind_days, on_days, repeated_keys, same_key
from sync.duck.quoting import quote, quote_list, quote_table
from sync.embedded.files.sources import find_sources
from sync.embedded.staging import stage
from sync.errors import BadInput
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import duckdb

    from sync.embedded.warehouse import EmbeddedWarehouse
    from sync.model import Column, Table


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The result of a load, or of its dry run.

    Attributes:
        table: Full table name.
        rows: Rows loaded.
        dates: Partitions that were replaced, ascending.
        ignored: Columns of the files that the table lacks.
        repeated_files: Files that were named more than once; read once.
        identical_rows: Rows equal to another one in every column; left out.
        repeated_keys: Keys of more than one loaded row.
        first_repeated_key: The first of them, as ``column value, ...``; '' if there are none.
        seconds: Elapsed time.
    """

    table: str
    rows: int
    dates: tuple[date, ...]
    ignored: tuple[str, ...]
    repeated_files: tuple[str, ...]
    identical_rows: int
    repeated_keys: int
    first_repeated_key: str
    seconds: float


def load_files(
    warehouse: EmbeddedWarehouse,
    table: Table,
    files: Sequence[Path],
    *,
    ignore_unknown: bool = False,
    rounding: bool = False,
    dry_run: bool = False,
) -> LoadReport:
    """Replace the partitions that occur in the files, in one transaction over all files.

    Columns are matched by name, ignoring case, and cast to the table's types; missing ones become
    NULL or their default. May be repeated: the same files result in the same partitions. Rows that
    are equal in every column are loaded once; rows with the same key that differ are all loaded,
    because the warehouse has no keys, and are counted.

    Args:
        warehouse: The embedded warehouse; it must have the table.
        table: The declared table.
        files: Parquet, CSV or JSON, by their endings, or folders of such files.
        ignore_unknown: Skip columns that the table lacks instead of refusing them.
        rounding: Round to the digits of a NUMERIC, half away from zero, instead of refusing.
        dry_run: Check everything, write nothing.

    Raises:
        BadInput: a file is missing, unreadable, without rows or of another kind; a value does not
            fit; a row lacks a required value. Names file, row or line, and column.
        Refused: a column is unknown, or occurs twice.
        WarehouseFailed: there is no such table.
    """
    began = time.perf_counter()
    table = table.renamed(warehouse.datasets)
    sources, repeated_files = find_sources(files)
    with warehouse.writer() as con:
        live = require_columns(con, table)
        con.execute(sql("CREATE TEMP TABLE loading AS FROM {} LIMIT 0", quote_table(table)))
        ignored: set[str] = set()
        for source in sources:
            ignored |= stage(
                con, table, live, source, ignore_unknown=ignore_unknown, rounding=rounding
            )
        identical, keys, first = _repeated(con, table, live)
        day = quote(table.partition_column)
        counted = con.execute(
            sql("SELECT {}, count(*) FROM loading GROUP BY 1 ORDER BY 1", day)
        ).fetchall()
        if not counted:
            raise BadInput(
                f"{', '.join(map(str, files))}: no file has any rows",
                hint="write the files again; nothing was loaded",
            )
        dates = tuple(row[0] for row in counted)
        rows = sum(row[1] for row in counted)
        if not dry_run:
            con.execute(
                sql("DELETE FROM {} WHERE {}", quote_table(table), on_days(day)), bind_days(dates)
            )
            con.execute(sql("INSERT INTO {} BY NAME SELECT * FROM loading", quote_table(table)))
        con.execute("DROP TABLE loading")
    return LoadReport(
        table.full_name,
        rows,
        dates,
        tuple(sorted(ignored)),
        tuple(map(str, repeated_files)),
        identical,
        keys,
        first,
        time.perf_counter() - began,
    )


def _repeated(
    con: duckdb.DuckDBPyConnection, table: Table, live: Sequence[Column]
) -> tuple[int, int, str]:
    """Delete duplicate rows of ``loading``; (deleted, keys still repeated, one of them)."""
    names = [column.name for column in live]
    key = [name for name in table.key if name in names]
    counted = repeated_keys(key, Sql("loading"))
    con.execute(sql("CREATE TEMP TABLE repeated AS {}", counted))
    if not con.execute("FROM repeated LIMIT 1").fetchone():
        con.execute("DROP TABLE repeated")
        return 0, 0, ""
    same = same_key(key, Sql("repeated"), Sql("loading"))
    ((identical,),) = con.execute(
        sql(
            """DELETE FROM loading WHERE rowid IN (
            SELECT id FROM (
                SELECT loading.rowid AS id,
                    row_number() OVER (PARTITION BY {} ORDER BY loading.rowid) AS n
                FROM loading WHERE EXISTS (FROM repeated WHERE {})
            ) WHERE n > 1)""",
            quote_list(names),
            same,
        )
    ).fetchall()
    con.execute("DROP TABLE repeated")
    left = con.execute(sql("{} ORDER BY ALL", counted)).fetchall()
    first = ", ".join(f"{n} {v}" for n, v in zip(key, left[0], strict=True)) if left else ""
    return identical, len(left), first
