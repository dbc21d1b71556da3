"""Content digests of partitions, as SQL. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_list
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Sequence

# DuckDB's hash() is twenty times faster than MD5 over text, but may change with its version: the
# tag names that version (a test holds it), so that an upgrade reads again and never takes old for
# equal.
TAG = "d2.0"
_ALL_ROWS = Sql("TRUE")


def partition_digests_sql(
    table_sql: Sql, partition_column: str, columns: Sequence[str], where: Sql = _ALL_ROWS
) -> Sql:
    """SELECT of (partition_date, rows, digest), one row a non-empty date.

    The digest is a sum over row hashes: it does not depend on the order of rows, and repeated
    rows do not cancel out. Columns count in the order of their names.

    Args:
        table_sql: A quoted table, or a subquery in parentheses.
        partition_column: The DATE column.
        columns: The columns that count.
        where: A condition on the rows.
    """
    day = quote(partition_column)
    return sql(
        "SELECT {day} AS partition_date, count(*) AS rows,"
        " '{tag}:' || count(*) || ':' ||"
        " sum(hash({columns})::HUGEINT)::VARCHAR AS digest"
        " FROM {table_sql} WHERE {where} GROUP BY {day}",
        day=day,
        tag=Sql(TAG),
        columns=quote_list(sorted(columns)),
        table_sql=table_sql,
        where=where,
    )
