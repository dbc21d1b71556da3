"""What a DuckDB file holds: the live columns of a table, and its partitions with their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.digest import partition_digests_sql
from sync.errors import Refused
from sync.model import Column, Partition
from sync.names import quote, quote_table

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from sync.model import Table


def live_columns(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[Column, ...] | None:
    """Columns of the live table with DuckDB type names, or None without the table."""
    rows = con.execute(
        """SELECT column_name, data_type, NOT is_nullable FROM duckdb_columns()
        WHERE schema_name = ? AND table_name = ? AND NOT internal
            AND database_name = current_database()
        ORDER BY column_index""",
        [table.dataset, table.name],
    ).fetchall()
    return tuple(Column(name, kind, bool(required)) for name, kind, required in rows) or None


def list_partitions(
    con: duckdb.DuckDBPyConnection, table: Table, start: date, end: date
) -> dict[date, Partition]:
    """The non-empty partitions from ``start`` to ``end``, both included, with their tokens.

    Raises:
        Refused: rows without a partition date.
    """
    day = quote(table.partition_column)
    (orphans,) = con.execute(
        f"SELECT count(*) FROM {quote_table(table)} WHERE {day} IS NULL"
    ).fetchall()[0]
    if orphans:
        raise Refused(
            f"{table.full_name}: {orphans} rows without {table.partition_column} belong to no"
            " partition",
            hint=f"delete or mend the rows of {table.full_name} WHERE {table.partition_column}"
            " IS NULL",
            table=table.full_name,
            rows=orphans,
        )
    columns = [column.name for column in live_columns(con, table) or ()]
    sql = partition_digests_sql(
        quote_table(table), table.partition_column, columns, f"{day} BETWEEN ? AND ?"
    )
    rows = con.execute(sql, [start, end]).fetchall()
    return {found: Partition(found, count, digest) for found, count, digest in sorted(rows)}
