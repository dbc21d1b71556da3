"""SQL that compares rows by their key and by a hash of their values. Pure; GoogleSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.bigquery.sql import bounds_sql, quote, quote_list, table_name
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sync.model import Table


def row_print_sql(names: Sequence[str]) -> Sql:
    """A 64-bit hash of the named columns of ``t``."""
    cells = quote_list(sorted(names), Sql("t"))
    return sql("FARM_FINGERPRINT(TO_JSON_STRING(STRUCT({})))", cells)


def same_key_sql(table: Table, key: Sequence[str], one: Sql, other: Sql) -> Sql:
    """The condition that the rows of two aliases have the same key; NULL equals NULL."""
    required = {column.name for column in table.columns if column.required}
    parts = []
    for name in key:
        left, right = sql("{}.{}", one, quote(name)), sql("{}.{}", other, quote(name))
        if name in required or name == table.partition_column:
            parts.append(sql("{} = {}", left, right))
        else:
            # BigQuery joins only on equalities; NULL must equal NULL, as in the other warehouse.
            parts.append(
                sql("IFNULL(CAST({} AS STRING), '') = IFNULL(CAST({} AS STRING), '')", left, right)
            )
            parts.append(sql("({} IS NULL) = ({} IS NULL)", left, right))
    return join(" AND ", parts)


def doubled_sql(project: str, table: Table, days: Sequence[date], key: Sequence[str]) -> Sql:
    """One row: ``row_count`` of ``days``, and ``doubled``, the keys that occur more than once."""
    name = table_name(project, table.dataset, table.name)
    keys = quote_list(key)
    where = bounds_sql(quote(table.partition_column), days)
    return sql(
        "SELECT IFNULL(SUM(key_rows), 0) AS row_count, COUNTIF(key_rows > 1) AS doubled FROM"
        " (SELECT {keys}, COUNT(*) AS key_rows FROM {name} WHERE {where} GROUP BY {keys})"
        " AS counted",
        keys=keys,
        name=name,
        where=where,
    )
