"""Clauses that several statements share: dates, keys, casts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_list, quote_literal
from sync.duck.types import duckdb_type
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from sync.model import Column


def on_days(day: Sql) -> Sql:
    """The condition that ``day`` is one of some dates; its values come from :func:`bind_days`.

    The range prunes row groups; the list does not.
    """
    return sql(
        "{day} BETWEEN $first AND $last AND {day} IN (SELECT unnest($days::DATE[]))", day=day
    )


def bind_days(days: Collection[date]) -> dict[str, object]:
    """The values of :func:`on_days`; ``days`` is not empty."""
    return {"first": min(days), "last": max(days), "days": list(days)}


def same_key(key: Iterable[str], one: Sql, other: Sql) -> Sql:
    """The condition that rows of two relations have the same key; NULL equals NULL."""
    return join(
        " AND ",
        (
            sql(
                "{one}.{name} IS NOT DISTINCT FROM {other}.{name}",
                one=one,
                other=other,
                name=quote(name),
            )
            for name in key
        ),
    )


def repeated_keys(key: Sequence[str], relation: Sql) -> Sql:
    """SELECT of the keys that more than one row has, one row each."""
    return sql(
        "SELECT {key} FROM {relation} GROUP BY {key} HAVING count(*) > 1",
        key=quote_list(key),
        relation=relation,
    )


def loses_value(column: Sql, kind: str, target: str) -> Sql:
    """The condition that a cast from one DuckDB type to another changes the value."""
    return sql(
        "{column} IS NOT NULL AND"
        " TRY_CAST(TRY_CAST({column} AS {target}) AS {kind}) IS DISTINCT FROM {column}",
        column=column,
        target=Sql(target),
        kind=Sql(kind),
    )


def cast_column(name: str, kind: str, *, is_present: bool = True) -> Sql:
    """An item of a select list: the column as DuckDB type ``kind``; NULL unless it is present."""
    value = quote(name) if is_present else Sql("NULL")
    return sql("{}::{} AS {}", value, Sql(kind), quote(name))


def declared_columns(columns: Iterable[Column], present: Collection[str]) -> Sql:
    """A select list: each column in its declared type; NULL if it is not present."""
    return join(
        ", ",
        (
            cast_column(column.name, duckdb_type(column.type), is_present=column.name in present)
            for column in columns
        ),
    )


def parquet_rows(file: Path) -> Sql:
    """The rows of a Parquet file; the names of its folders are ignored."""
    return sql("read_parquet({}, hive_partitioning = false)", quote_literal(str(file)))
