"""The script that takes an atomic write back, as a pure function. GoogleSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.bigquery.sql import CONFLICT, PRINTS, bounds_sql, literal, quote, table_name
from sync.bigquery.write_sql import IS_OLD, PRINT, lock_sql, row_print_sql, same_key_sql

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
) -> str:
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
    listed = ", ".join(map(quote, names))
    touched = _touched_sql(table, kept, days, key)
    unchanged = unchanged_sql(project, table, undo, names, days, key=key, since=since)
    return "\n".join(
        [
            f"-- {title}",
            "DECLARE removed INT64 DEFAULT 0;",
            "DECLARE restored INT64 DEFAULT 0;",
            "BEGIN TRANSACTION;",
            lock_sql(project, table),
            f"SELECT IF({unchanged}, 'unchanged', ERROR({literal(CONFLICT)})) AS state;",
            f"SET removed = (SELECT COUNT(*) FROM {kept} AS u WHERE NOT u.{IS_OLD});",
            f"SET restored = (SELECT COUNT(*) FROM {kept} AS u WHERE u.{IS_OLD});",
            f"DELETE FROM {target} AS t WHERE {touched};",
            f"INSERT INTO {target} ({listed})",
            f"SELECT {listed} FROM {kept} AS u WHERE u.{IS_OLD};",
            "COMMIT TRANSACTION;",
            "SELECT removed AS removed, restored AS restored;",
        ]
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
) -> str:
    """A condition: the rows of the written and pruned keys are as the write left them.

    Args:
        project: Holds the dataset.
        table: The target.
        undo: Name of the table that the write filled.
        names: The target's columns that it keeps.
        days: All dates of the write.
        key: As in the write.
        since: Columns that the target got since; they must be empty.
    """
    target = table_name(project, table.dataset, table.name)
    kept = table_name(project, table.dataset, undo)
    touched = _touched_sql(table, kept, days, key)
    present = (
        f"(SELECT {PRINTS} FROM (SELECT {row_print_sql(names)} AS print FROM {target} AS t"
        f" WHERE {touched}) AS printed)"
    )
    written = (
        f"(SELECT {PRINTS} FROM (SELECT u.{PRINT} AS print FROM {kept} AS u"
        f" WHERE NOT u.{IS_OLD}) AS printed)"
    )
    unchanged = f"{present} = {written}"
    if since:
        filled = " OR ".join(
            f"ARRAY_LENGTH(t.{quote(c.name)}) > 0"
            if c.type.startswith("ARRAY<")
            else f"t.{quote(c.name)} IS NOT NULL"
            for c in since
        )
        unchanged += f" AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {touched} AND ({filled}))"
    return unchanged


def _touched_sql(table: Table, kept: str, days: Sequence[date], key: Sequence[str]) -> str:
    """The condition on ``t`` for the rows whose key the write wrote or removed."""
    return (
        f"{bounds_sql(f't.{quote(table.partition_column)}', days)}\n  AND EXISTS"
        f" (SELECT 1 FROM {kept} AS u WHERE {same_key_sql(table, key, 'u', 't')})"
    )
