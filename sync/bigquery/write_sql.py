"""The script of an atomic write, as pure functions. GoogleSQL.

BigQuery commits two concurrent transactions on one table if they only insert: a DELETE that matches
nothing does not conflict. So the script changes the only row of a lock table in its transaction,
and of two concurrent transactions the second is aborted.
"""

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
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sync.model import Column, Table

UNDO_DAYS = 7
IS_OLD = Sql("featurestore_is_old")
PRINT = Sql("featurestore_print")
OLD = Sql("featurestore_old")
# Columns of the table of replaced rows, in addition to the target's.
OWN = (IS_OLD, PRINT)


@dataclass(frozen=True, slots=True)
class Write:
    """The write of a script.

    Attributes:
        project: The project of the dataset.
        table: The target.
        days: All dates to write.
        key: Rows with equal values are deleted first.
        staging: Name of the staging table, in the same dataset.
        columns: The target's columns that are inserted, as staged.
        others: The target's other columns, which replaced rows keep.
        prune: Delete every row of ``days``.
        undo: Name of the table for what is replaced; None keeps nothing.
    """

    project: str
    table: Table
    days: Sequence[date]
    key: Sequence[str]
    staging: str
    columns: Sequence[Column]
    others: Sequence[Column] = ()
    prune: bool = False
    undo: str | None = None

    @property
    def target(self) -> Sql:
        """Its quoted full name."""
        return table_name(self.project, self.table.dataset, self.table.name)

    @property
    def source(self) -> Sql:
        """The staging table's quoted full name."""
        return table_name(self.project, self.table.dataset, self.staging)

    @property
    def bounds(self) -> Sql:
        """The condition on ``t`` for the days."""
        return bounds_sql(sql("t.{}", quote(self.table.partition_column)), self.days)


def lock_name(table: Table) -> str:
    """The lock table of a target, in its dataset."""
    return f"featurestore_lock_{table.name}"


def replace_sql(
    write: Write,
    *,
    checked: Sequence[date],
    token_columns: Sequence[str],
    fingerprint: str,
    title: str,
) -> Sql:
    """The script of one atomic write; its result is one row of counts.

    ``deleted``, ``pruned`` (deleted, without a new row for the key), ``added`` (new, without an old
    row for the key), ``kept`` (rows of the days that were left alone).

    Args:
        write: The write.
        checked: Dates whose joint fingerprint must be ``fingerprint``; empty for no check.
        token_columns: The columns of the fingerprint.
        fingerprint: From `sync.bigquery.sql.joint_token`.
        title: First comment line, which identifies the write.
    """
    target, source = write.target, write.source
    condition = write.bounds
    if not write.prune:
        same = _same_key_sql(write, Sql("s"), Sql("t"))
        condition = sql(
            "{}\n  AND EXISTS (SELECT 1 FROM {} AS s WHERE {})", condition, source, same
        )
    held = dict.fromkeys((*write.key, *(c.name for c in write.others)))
    return sql(
        """-- {title}
DECLARE deleted INT64 DEFAULT 0;
DECLARE pruned INT64 DEFAULT 0;
DECLARE added INT64 DEFAULT 0;
DECLARE kept INT64 DEFAULT 0;
{tables}
BEGIN TRANSACTION;
{checks}
CREATE OR REPLACE TEMP TABLE featurestore_old AS SELECT {held} FROM {target} AS t WHERE {condition};
SET deleted = (SELECT COUNT(*) FROM featurestore_old AS o);
SET pruned = (SELECT COUNT(*) FROM featurestore_old AS o\
 WHERE NOT EXISTS (SELECT 1 FROM {source} AS s WHERE {same}));
SET added = (SELECT COUNT(*) FROM {source} AS s\
 WHERE NOT EXISTS (SELECT 1 FROM featurestore_old AS o WHERE {same}));
{needed}DELETE FROM {target} AS t WHERE {condition};
SET kept = (SELECT COUNT(*) FROM {target} AS t WHERE {bounds});
{inserts}
COMMIT TRANSACTION;
SELECT deleted AS deleted, pruned AS pruned, added AS added, kept AS kept;""",
        title=Sql(title),
        tables=_lines(_lock_table_sql(write), _undo_table_sql(write)),
        checks=_lines(
            lock_sql(write.project, write.table),
            _assert_sql(write, checked, token_columns, fingerprint),
        ),
        held=Sql("t.*") if write.undo else quote_list(held, Sql("t")),
        target=target,
        condition=condition,
        source=source,
        same=_same_key_sql(write, Sql("s"), Sql("o")),
        needed=_need_sql(write),
        bounds=write.bounds,
        inserts=_lines(_insert_sql(write), _keep_sql(write)),
    )


def _lines(*statements: Sql) -> Sql:
    """The statements that are not empty, one after the other."""
    return join("\n", filter(None, statements))


def _insert_sql(write: Write) -> Sql:
    same = _same_key_sql(write, Sql("s"), Sql("o"))
    names = [c.name for c in write.columns]
    values = (
        # The exact mode refuses some doubles, such as 0.421764; what rounding would change was
        # refused when the rows were staged.
        sql("PARSE_JSON(s.{}, wide_number_mode => 'round')", quote(c.name))
        if c.type == "JSON"
        else sql("s.{}", quote(c.name))
        for c in write.columns
    )
    new = join(", ", values)
    plain = sql(
        "INSERT INTO {target} ({names})\nSELECT {new} FROM {source} AS s",
        target=write.target,
        names=quote_list(names),
        new=new,
        source=write.source,
    )
    if not write.others:
        return sql("{};", plain)
    others = [c.name for c in write.others]
    return sql(
        # JSON, arrays and structs cannot be ordered, but their texts can.
        """INSERT INTO {target} ({names})
SELECT {new}, {cells} FROM {source} AS s JOIN (SELECT o.* FROM featurestore_old AS o WHERE TRUE\
 QUALIFY ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY TO_JSON_STRING(STRUCT({cells})) DESC) = 1\
) AS o ON {same};
"""
        # The other columns are not named, so they get their default.
        "{plain} WHERE NOT EXISTS (SELECT 1 FROM featurestore_old AS o WHERE {same});",
        target=write.target,
        names=quote_list([*names, *others]),
        new=new,
        cells=quote_list(others, Sql("o")),
        source=write.source,
        key=quote_list(write.key, Sql("o")),
        same=same,
        plain=plain,
    )


def _need_sql(write: Write) -> Sql:
    needed = [c.name for c in write.others if c.required and c.default is None]
    if not needed:
        return Sql("")
    text = f"featurestore: new rows have no value for {', '.join(needed)}, which is REQUIRED"
    return sql("SELECT IF(added = 0, 'none', ERROR({})) AS needed;\n", literal(text))


def _lock_table_sql(write: Write) -> Sql:
    name = table_name(write.project, write.table.dataset, lock_name(write.table))
    # Without the dataset's default expiration; created with its only row, or not at all.
    return sql(
        "CREATE TABLE IF NOT EXISTS {} OPTIONS (expiration_timestamp = NULL)"
        " AS SELECT 0 AS writes;",
        name,
    )


def lock_sql(project: str, table: Table) -> Sql:
    """The statement that allows one transaction at a time to write the table."""
    name = table_name(project, table.dataset, lock_name(table))
    return sql("UPDATE {} SET writes = writes + 1 WHERE TRUE;", name)


def _undo_name(write: Write) -> Sql:
    return table_name(write.project, write.table.dataset, str(write.undo))


def _undo_table_sql(write: Write) -> Sql:
    if not write.undo:
        return Sql("")
    # Created before the transaction, which allows no DDL of permanent tables; filled inside it.
    return sql(
        "CREATE TABLE IF NOT EXISTS {undo} OPTIONS (expiration_timestamp ="
        " TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL {days} DAY)) AS"
        " SELECT t.*, TRUE AS featurestore_is_old, CAST(0 AS INT64) AS featurestore_print"
        " FROM {target} AS t WHERE {bounds} AND FALSE;",
        undo=_undo_name(write),
        days=literal(UNDO_DAYS),
        target=write.target,
        bounds=write.bounds,
    )


def _keep_sql(write: Write) -> Sql:
    if not write.undo:
        return Sql("")
    names = [c.name for c in (*write.columns, *write.others)]
    return sql(
        """INSERT INTO {undo} ({names}, featurestore_is_old, featurestore_print)
SELECT {names}, TRUE, 0 FROM featurestore_old;
INSERT INTO {undo} ({key}, featurestore_is_old, featurestore_print)
SELECT {new_key}, FALSE, {print} FROM {target} AS t WHERE {bounds}\
 AND EXISTS (SELECT 1 FROM {source} AS s WHERE {same});""",
        undo=_undo_name(write),
        names=quote_list(names),
        key=quote_list(write.key),
        new_key=quote_list(write.key, Sql("t")),
        print=row_print_sql(names),
        target=write.target,
        bounds=write.bounds,
        source=write.source,
        same=_same_key_sql(write, Sql("s"), Sql("t")),
    )


def _assert_sql(
    write: Write, days: Sequence[date], columns: Sequence[str], fingerprint: str
) -> Sql:
    if not days:
        return Sql("")
    where = bounds_sql(quote(write.table.partition_column), days)
    rows = sql("SELECT {} FROM {} WHERE {}", quote_list(columns), write.target, where)
    prints = sql(
        "(SELECT {} FROM (SELECT FARM_FINGERPRINT(TO_JSON_STRING(t)) AS print"
        " FROM ({}) AS t) AS printed)",
        PRINTS,
        rows,
    )
    return sql(
        "SELECT IF({} = {}, 'unchanged', ERROR({})) AS state;",
        prints,
        literal(fingerprint),
        literal(CONFLICT),
    )


def _same_key_sql(write: Write, one: Sql, other: Sql) -> Sql:
    return same_key_sql(write.table, write.key, one, other)
