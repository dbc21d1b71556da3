"""The script that takes an atomic write back, as a pure function. GoogleSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.bigquery.key_sql import row_print_sql, same_key_sql
from sync.bigquery.sql import (
    CONFLICT,
    PRINTS,
    bounds_sql,
    literal,
    quote,
    quote_list,
    table_name,
)
from sync.bigquery.write_sql import lock_sql
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sync.model import Column, Table


def undo_sql(
    project: str,
    table: Table,
    undo: str,
    columns: Sequence[Column],
    since: Sequence[Column],
    days: Sequence[date],
    *,
    key: Sequence[str],
    title: str,
) -> Sql:
    """The script that takes a write back; its result is one row, ``removed`` and ``restored``.

    Args:
        project: Holds the dataset.
        table: The target.
        undo: Name of the table that the write filled.
        columns: The target's columns that it keeps.
        since: Columns that the target got since; they must be empty in the rows removed.
        days: All dates of the write.
        key: As in the write.
        title: First comment line.
    """
    target = table_name(project, table.dataset, table.name)
    kept = table_name(project, table.dataset, undo)
    names = [column.name for column in columns]
    return sql(
        """-- {title}
DECLARE removed INT64 DEFAULT 0;
DECLARE restored INT64 DEFAULT 0;
BEGIN TRANSACTION;
{lock}
SELECT IF({unchanged}, 'unchanged', ERROR({conflict})) AS state;
SET removed = (SELECT COUNT(*) FROM {kept} AS u WHERE NOT u.featurestore_is_old);
SET restored = (SELECT COUNT(*) FROM {kept} AS u WHERE u.featurestore_is_old);
DELETE FROM {target} AS t WHERE {touched};
INSERT INTO {target} ({names})
SELECT {names} FROM {kept} AS u WHERE u.featurestore_is_old;
COMMIT TRANSACTION;
SELECT removed AS removed, restored AS restored;""",
        title=Sql(title),
        lock=lock_sql(project, table),
        unchanged=_unchanged_sql(project, table, undo, names, days, key=key, since=since),
        conflict=literal(CONFLICT),
        kept=kept,
        target=target,
        touched=_touched_sql(table, kept, days, key),
        names=quote_list(names),
    )


def unchanged_sql(
    project: str,
    table: Table,
    undo: str,
    names: Sequence[str],
    days: Sequence[date],
    *,
    key: Sequence[str],
    since: Sequence[Column] = (),
) -> Sql:
    """One row: ``unchanged``, whether the rows of the written keys are as the write left them.

    Args:
        project: Holds the dataset.
        table: The target.
        undo: Name of the table that the write filled.
        names: The target's columns that it keeps.
        days: All dates of the write.
        key: As in the write.
        since: Columns that the target got since; they must be empty.
    """
    condition = _unchanged_sql(project, table, undo, names, days, key=key, since=since)
    return sql("SELECT {} AS unchanged", condition)


def _unchanged_sql(
    project: str,
    table: Table,
    undo: str,
    names: Sequence[str],
    days: Sequence[date],
    *,
    key: Sequence[str],
    since: Sequence[Column],
) -> Sql:
    target = table_name(project, table.dataset, table.name)
    kept = table_name(project, table.dataset, undo)
    touched = _touched_sql(table, kept, days, key)
    unchanged = sql(
        "(SELECT {prints} FROM (SELECT {row_print} AS print FROM {target} AS t"
        " WHERE {touched}) AS printed) = (SELECT {prints} FROM"
        " (SELECT u.featurestore_print AS print FROM {kept} AS u"
        " WHERE NOT u.featurestore_is_old) AS printed)",
        prints=PRINTS,
        row_print=row_print_sql(names),
        target=target,
        touched=touched,
        kept=kept,
    )
    if not since:
        return unchanged
    filled = (
        sql(
            "ARRAY_LENGTH(t.{}) > 0" if c.type.startswith("ARRAY<") else "t.{} IS NOT NULL",
            quote(c.name),
        )
        for c in since
    )
    return sql(
        "{unchanged} AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {touched} AND ({filled}))",
        unchanged=unchanged,
        target=target,
        touched=touched,
        filled=join(" OR ", filled),
    )


def _touched_sql(table: Table, kept: Sql, days: Sequence[date], key: Sequence[str]) -> Sql:
    """The condition on ``t`` for the rows whose key the write wrote or removed."""
    return sql(
        "{}\n  AND EXISTS (SELECT 1 FROM {} AS u WHERE {})",
        bounds_sql(sql("t.{}", quote(table.partition_column)), days),
        kept,
        same_key_sql(table, key, Sql("u"), Sql("t")),
    )
