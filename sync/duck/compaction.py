"""When a file's tables are rewritten, without the rows that were deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sync.duck.quoting import quote
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb

# To rewrite a row costs as much as to write it: an eighth of a table may be dead.
_MOST_DEAD = 1 / 8
# Dead rows of a smaller table are not worth counting.
_LEAST_GROUPS = 3
# A small write leaves a row group of its own, which takes a block of 256 kB.
_MOST_GROUPS = 24


def is_due(con: duckdb.DuckDBPyConnection, database: str, row_group_rows: int) -> bool:
    """Whether so much of a file is dead or scattered that it pays to rewrite its tables.

    DuckDB's own rule rewrites a whole table for a hundredth of dead rows: after a month of
    eight seasons was computed again, that took longer than to compute it.

    Args:
        con: Sees the last committed state.
        database: The attached file.
        row_group_rows: Rows of a full row group of the file.
    """
    tables = {
        join(".", map(quote, (database, schema, name))): rows
        for schema, name, rows in con.execute(
            """SELECT schema_name, table_name, estimated_size FROM duckdb_tables()
            WHERE database_name = ? AND estimated_size > 0""",
            [database],
        ).fetchall()
    }
    for table, rows in tables.items():
        if rows > _LEAST_GROUPS * row_group_rows:
            (live,) = con.execute(sql("SELECT count(*) FROM {}", table)).fetchall()[0]
            if rows - live > rows * _MOST_DEAD:
                return True
    groups = _row_groups(con, tables)
    return any(
        groups.get(_plain(table), 0) > _MOST_GROUPS + 2 * (rows // row_group_rows)
        for table, rows in tables.items()
    )


def _row_groups(con: duckdb.DuckDBPyConnection, tables: Iterable[Sql]) -> dict[str, int]:
    """Row groups by plain table name, from the plan of a statement that reads no row."""
    scans = [sql("SELECT count(*) FROM {} WHERE rowid < 0", table) for table in tables]
    if not scans:
        return {}
    plan = con.execute(
        sql("EXPLAIN (ANALYZE, FORMAT json) {}", join(" UNION ALL ", scans))
    ).fetchall()
    return dict(_scans(json.loads(plan[0][1])))


def _scans(node: Any) -> Iterator[tuple[str, int]]:
    if isinstance(node, list):
        for child in node:
            yield from _scans(child)
    elif isinstance(node, dict):
        table = node.get("extra_info", {}).get("Table")
        if table and "total_row_groups_to_scan" in node:
            yield _plain(table), int(node["total_row_groups_to_scan"])
        yield from _scans([node.get("children", []), node.get("operator", [])])


def _plain(table: str) -> str:
    """A qualified name without quotes: a plan quotes only where it must."""
    return table.replace('"', "")
