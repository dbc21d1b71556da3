"""The script of an atomic write, as pure functions. GoogleSQL.

BigQuery lets two transactions of one table both commit as long as they only insert: a DELETE that
matches nothing conflicts with nothing. So the script changes the one row of a lock table in its
transaction, and of two at once the second one is aborted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.bigquery.sql import CONFLICT, PRINTS, bounds_sql, literal, quote, table_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sync.model import Column, Table

UNDO_DAYS = 7
IS_OLD = "featurestore_is_old"
PRINT = "featurestore_print"
OLD = "featurestore_old"
# Columns that the table of replaced rows has beyond the target's.
OWN = (IS_OLD, PRINT)


@dataclass(frozen=True, slots=True)
class Write:
    """What a script writes.

    Attributes:
        project: Holds the dataset.
        table: The target.
        days: All dates written.
        key: Rows with equal values are deleted first.
        staging: Name of the staging table, in the same dataset.
        columns: The target's columns that are inserted, as staged.
        others: The target's other columns, which replaced rows keep.
        prune: Delete every row of ``days``.
        undo: Name of the table that keeps what is replaced; None keeps nothing.
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
    def target(self) -> str:
        """Its quoted full name."""
        return table_name(self.project, self.table.dataset, self.table.name)

    @property
    def source(self) -> str:
        """The staging table's quoted full name."""
        return table_name(self.project, self.table.dataset, self.staging)

    @property
    def bounds(self) -> str:
        """The condition on ``t`` for the days."""
        return bounds_sql(f"t.{quote(self.table.partition_column)}", self.days)


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
) -> str:
    """The script of one atomic write; its result is one row of counts.

    ``deleted``, ``pruned`` (deleted, and no new row has the key), ``added`` (new, and no old row
    has the key), ``kept`` (rows of the days that were left alone).

    Args:
        write: What is written.
        checked: Dates whose joint fingerprint must be ``fingerprint``; empty for no check.
        token_columns: What the fingerprint is made over.
        fingerprint: As `sync.bigquery.sql.joint_token` gives it.
        title: First comment line; tells this write from another.
    """
    target, source = write.target, write.source
    condition = write.bounds
    if not write.prune:
        same = _same_key_sql(write, "s", "t")
        condition += f"\n  AND EXISTS (SELECT 1 FROM {source} AS s WHERE {same})"
    held = dict.fromkeys((*write.key, *(c.name for c in write.others)))
    old = "t.*" if write.undo else ", ".join(f"t.{quote(name)}" for name in held)
    met = _same_key_sql(write, "s", "o")
    return "\n".join(
        [
            f"-- {title}",
            *(f"DECLARE {name} INT64 DEFAULT 0;" for name in ("deleted", "pruned", "added")),
            "DECLARE kept INT64 DEFAULT 0;",
            _lock_table_sql(write),
            *([_undo_table_sql(write)] if write.undo else []),
            "BEGIN TRANSACTION;",
            lock_sql(write.project, write.table),
            *([_assert_sql(write, checked, token_columns, fingerprint)] if checked else []),
            f"CREATE OR REPLACE TEMP TABLE {OLD} AS SELECT {old} FROM {target} AS t"
            f" WHERE {condition};",
            f"SET deleted = (SELECT COUNT(*) FROM {OLD} AS o);",
            f"SET pruned = (SELECT COUNT(*) FROM {OLD} AS o"
            f" WHERE NOT EXISTS (SELECT 1 FROM {source} AS s WHERE {met}));",
            f"SET added = (SELECT COUNT(*) FROM {source} AS s"
            f" WHERE NOT EXISTS (SELECT 1 FROM {OLD} AS o WHERE {met}));",
            *_need_sql(write),
            f"DELETE FROM {target} AS t WHERE {condition};",
            f"SET kept = (SELECT COUNT(*) FROM {target} AS t WHERE {write.bounds});",
            *_insert_sql(write, met),
            *([_keep_sql(write)] if write.undo else []),
            "COMMIT TRANSACTION;",
            "SELECT deleted AS deleted, pruned AS pruned, added AS added, kept AS kept;",
        ]
    )


def _insert_sql(write: Write, met: str) -> list[str]:
    names = ", ".join(quote(c.name) for c in write.columns)
    values = ", ".join(
        # Its exact mode refuses some doubles, such as 0.421764; what rounding would change was
        # refused when the rows were staged.
        f"PARSE_JSON(s.{quote(c.name)}, wide_number_mode => 'round')"
        if c.type == "JSON"
        else f"s.{quote(c.name)}"
        for c in write.columns
    )
    plain = f"INSERT INTO {write.target} ({names})\nSELECT {values} FROM {write.source} AS s"
    if not write.others:
        return [f"{plain};"]
    others = ", ".join(quote(c.name) for c in write.others)
    cells = ", ".join(f"o.{quote(c.name)}" for c in write.others)
    by = ", ".join(f"o.{quote(name)}" for name in write.key)
    # JSON, arrays and structs cannot be ordered; their texts can.
    one_old = (
        f"(SELECT o.* FROM {OLD} AS o WHERE TRUE QUALIFY ROW_NUMBER()"
        f" OVER (PARTITION BY {by} ORDER BY TO_JSON_STRING(STRUCT({cells})) DESC) = 1)"
    )
    return [
        f"INSERT INTO {write.target} ({names}, {others})\nSELECT {values}, {cells}"
        f" FROM {write.source} AS s JOIN {one_old} AS o ON {met};",
        # The others are not named: they get their default.
        f"{plain} WHERE NOT EXISTS (SELECT 1 FROM {OLD} AS o WHERE {met});",
    ]


def _need_sql(write: Write) -> list[str]:
    needed = [c.name for c in write.others if c.required and c.default is None]
    if not needed:
        return []
    text = f"featurestore: new rows have no value for {', '.join(needed)}, which is REQUIRED"
    return [f"SELECT IF(added = 0, 'none', ERROR({literal(text)})) AS needed;"]


def _lock_table_sql(write: Write) -> str:
    name = table_name(write.project, write.table.dataset, lock_name(write.table))
    # Not subject to the dataset's default expiration; made with its one row, or not at all.
    return (
        f"CREATE TABLE IF NOT EXISTS {name} OPTIONS (expiration_timestamp = NULL)"
        " AS SELECT 0 AS writes;"
    )


def lock_sql(project: str, table: Table) -> str:
    """The statement that lets one transaction at a time write the table."""
    name = table_name(project, table.dataset, lock_name(table))
    return f"UPDATE {name} SET writes = writes + 1 WHERE TRUE;"


def _undo_name(write: Write) -> str:
    return table_name(write.project, write.table.dataset, str(write.undo))


def _undo_table_sql(write: Write) -> str:
    # Before the transaction, which allows no DDL of permanent tables; filled inside it.
    return (
        f"CREATE TABLE IF NOT EXISTS {_undo_name(write)} OPTIONS (expiration_timestamp ="
        f" TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL {UNDO_DAYS} DAY)) AS"
        f" SELECT t.*, TRUE AS {IS_OLD}, CAST(0 AS INT64) AS {PRINT} FROM {write.target} AS t"
        f" WHERE {write.bounds} AND FALSE;"
    )


def _keep_sql(write: Write) -> str:
    names = [c.name for c in (*write.columns, *write.others)]
    listed = ", ".join(map(quote, names))
    key = ", ".join(map(quote, write.key))
    keys = ", ".join(f"t.{quote(name)}" for name in write.key)
    same = _same_key_sql(write, "s", "t")
    return (
        f"INSERT INTO {_undo_name(write)} ({listed}, {IS_OLD}, {PRINT})\n"
        f"SELECT {listed}, TRUE, 0 FROM {OLD};\n"
        f"INSERT INTO {_undo_name(write)} ({key}, {IS_OLD}, {PRINT})\n"
        f"SELECT {keys}, FALSE, {row_print_sql(names)}"
        f" FROM {write.target} AS t WHERE {write.bounds}"
        f" AND EXISTS (SELECT 1 FROM {write.source} AS s WHERE {same});"
    )


def row_print_sql(names: Sequence[str]) -> str:
    """A 64-bit print of the named columns of ``t``."""
    cells = ", ".join(f"t.{quote(name)}" for name in sorted(names))
    return f"FARM_FINGERPRINT(TO_JSON_STRING(STRUCT({cells})))"


def _assert_sql(
    write: Write, days: Sequence[date], columns: Sequence[str], fingerprint: str
) -> str:
    where = bounds_sql(quote(write.table.partition_column), days)
    rows = f"SELECT {', '.join(map(quote, columns))} FROM {write.target} WHERE {where}"
    found = (
        f"(SELECT {PRINTS} FROM (SELECT FARM_FINGERPRINT(TO_JSON_STRING(t)) AS print"
        f" FROM ({rows}) AS t) AS printed)"
    )
    return (
        f"SELECT IF({found} = {literal(fingerprint)}, 'unchanged', ERROR({literal(CONFLICT)}))"
        " AS state;"
    )


def _same_key_sql(write: Write, one: str, other: str) -> str:
    return same_key_sql(write.table, write.key, one, other)


def same_key_sql(table: Table, key: Sequence[str], one: str, other: str) -> str:
    """A condition that the rows of two aliases have one key; NULLs meet."""
    required = {column.name for column in table.columns if column.required}
    parts = []
    for name in key:
        left, right = f"{one}.{quote(name)}", f"{other}.{quote(name)}"
        if name in required or name == table.partition_column:
            parts.append(f"{left} = {right}")
        else:
            # BigQuery joins on equalities only; NULL keys must meet, as in the other warehouse.
            parts.append(
                f"IFNULL(CAST({left} AS STRING), '') = IFNULL(CAST({right} AS STRING), '')"
            )
            parts.append(f"({left} IS NULL) = ({right} IS NULL)")
    return " AND ".join(parts)


def doubled_sql(project: str, table: Table, days: Sequence[date], key: Sequence[str]) -> str:
    """One row: ``row_count`` of ``days`` and ``doubled``, the keys that occur more than once."""
    name = table_name(project, table.dataset, table.name)
    keys = ", ".join(map(quote, key))
    where = bounds_sql(quote(table.partition_column), days)
    return (
        "SELECT IFNULL(SUM(key_rows), 0) AS row_count, COUNTIF(key_rows > 1) AS doubled FROM"
        f" (SELECT {keys}, COUNT(*) AS key_rows FROM {name} WHERE {where} GROUP BY {keys})"
        " AS counted"
    )
