"""The script that undoes an atomic write, as a pure function. GoogleSQL."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Written:
    """An atomic write, and the table with what it replaced.

    Attributes:
        project: The project of the dataset.
        table: The target.
        undo: Name of the table that the write filled.
        names: The target's columns in that table.
        days: All dates of the write.
        key: As in the write.
        since: Columns that were added to the target; they must be empty in the written rows.
    """

    project: str
    table: Table
    undo: str
    names: Sequence[str]
    days: Sequence[date]
    key: Sequence[str]
    since: Sequence[Column] = ()

    @property
    def target(self) -> Sql:
        """Its quoted full name."""
        return table_name(self.project, self.table.dataset, self.table.name)

    @property
    def kept(self) -> Sql:
        """The quoted full name of the table that the write filled."""
        return table_name(self.project, self.table.dataset, self.undo)

    @property
    def touched(self) -> Sql:
        """The condition on ``t`` for the rows whose key the write inserted or removed."""
        return sql(
            "{}\n  AND EXISTS (SELECT 1 FROM {} AS u WHERE {})",
            bounds_sql(sql("t.{}", quote(self.table.partition_column)), self.days),
            self.kept,
            same_key_sql(self.table, self.key, Sql("u"), Sql("t")),
        )


def undo_sql(written: Written, *, title: str) -> Sql:
    """The script that undoes a write; its result is one row, ``removed`` and ``restored``.

    Args:
        written: The write.
        title: First comment line.
    """
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
        lock=lock_sql(written.project, written.table),
        unchanged=_unchanged_sql(written),
        conflict=literal(CONFLICT),
        kept=written.kept,
        target=written.target,
        touched=written.touched,
        names=quote_list(written.names),
    )


def unchanged_sql(written: Written) -> Sql:
    """One row: ``unchanged``, whether the rows with the written keys are as written."""
    return sql("SELECT {} AS unchanged", _unchanged_sql(written))


def _unchanged_sql(written: Written) -> Sql:
    unchanged = sql(
        "(SELECT {prints} FROM (SELECT {row_print} AS print FROM {target} AS t"
        " WHERE {touched}) AS printed) = (SELECT {prints} FROM"
        " (SELECT u.featurestore_print AS print FROM {kept} AS u"
        " WHERE NOT u.featurestore_is_old) AS printed)",
        prints=PRINTS,
        row_print=row_print_sql(written.names),
        target=written.target,
        touched=written.touched,
        kept=written.kept,
    )
    if not written.since:
        return unchanged
    filled = (
        sql(
            "ARRAY_LENGTH(t.{}) > 0" if c.type.startswith("ARRAY<") else "t.{} IS NOT NULL",
            quote(c.name),
        )
        for c in written.since
    )
    return sql(
        "{unchanged} AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {touched} AND ({filled}))",
        unchanged=unchanged,
        target=written.target,
        touched=written.touched,
        filled=join(" OR ", filled),
    )
