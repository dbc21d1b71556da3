"""Undoes a write: saves what it replaces in a Parquet file, and restores it from there.

The file has the old rows with all their columns, and of the new ones the key and a hash over all
columns, by which the undo recognizes them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sync.duck.catalog import require_columns
from sync.duck.clauses import bind_days, cast_column, on_days, parquet_rows, same_key
from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.embedded.carry import number
from sync.errors import BadInput, Conflict, Refused
from sync.model import Undone
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from sync.model import Table, Undo

_OLD = Sql("_featurestore_is_old")
_PRINT = Sql("_featurestore_print")


def keep(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    table: Table,
    columns: Sequence[str],
    key: Sequence[str],
) -> None:
    """Write ``old``, and the hashes of the rows that ``staged`` became, to a durable file.

    In the write's transaction, before its COMMIT: a file without its write is never used.

    Raises:
        Refused: the values of a column cannot be stored in Parquet.
    """
    target = quote_table(table)
    same = same_key(key, Sql("staged"), target)
    day = quote(table.partition_column)
    new = sql(
        """SELECT {key}, FALSE AS {is_old}, hash({columns}) AS {print}
        FROM {target} WHERE {day} BETWEEN (SELECT min({day}) FROM staged)
            AND (SELECT max({day}) FROM staged) AND EXISTS (FROM staged WHERE {same})""",
        key=quote_list(key),
        is_old=_OLD,
        columns=quote_list(columns),
        print=_PRINT,
        target=target,
        day=day,
        same=same,
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    con.execute(
        sql(
            """COPY (SELECT *, TRUE AS {is_old}, 0::UBIGINT AS {print} FROM old
        UNION ALL BY NAME {new}) TO {file} (FORMAT parquet, COMPRESSION zstd)""",
            is_old=_OLD,
            print=_PRINT,
            new=new,
            file=quote_literal(str(part)),
        )
    )
    kept = _old_rows(con, part, table, columns)
    (lost,) = con.execute(
        sql(
            """SELECT count(*) FROM (SELECT hash({columns}) FROM old
        EXCEPT ALL SELECT hash({columns}) FROM {kept})""",
            columns=quote_list(columns),
            kept=kept,
        )
    ).fetchall()[0]
    if lost:
        raise Refused(
            f"{table.full_name}: {lost} rows have values that a Parquet file cannot store",
            hint="featurestore doctor",
            table=table.full_name,
            rows=lost,
        )
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(file)


def take_back(con: duckdb.DuckDBPyConnection, what: Undo) -> Undone:
    """Remove the write's rows and insert the old ones, in the caller's transaction."""
    if done := _done_before(con, what):
        return done
    if not what.kept.is_file():
        raise BadInput(
            f"job {what.job_id}: cannot be undone: no such file: {what.kept}",
            hint="featurestore push --undo works for seven days after a push",
            job_id=what.job_id,
        )
    live = [column.name for column in require_columns(con, what.table)]
    kept_columns = _columns(con, what.kept)
    _refuse_dropped(what, live, kept_columns)
    target = quote_table(what.table)
    con.execute(
        sql(
            """CREATE OR REPLACE TEMP TABLE kept_prints AS
        SELECT {key}, {is_old} AS is_old, {print} AS print FROM {file}""",
            key=quote_list(what.key),
            is_old=_OLD,
            print=_PRINT,
            file=parquet_rows(what.kept),
        )
    )
    same = same_key(what.key, Sql("kept_prints"), target)
    touched = sql(
        "{} AND EXISTS (FROM kept_prints WHERE {})",
        on_days(quote(what.table.partition_column)),
        same,
    )
    parameters = bind_days(what.days)
    con.execute(
        sql("CREATE OR REPLACE TEMP TABLE present AS FROM {} WHERE {}", target, touched), parameters
    )
    _refuse_changed(con, what, kept_columns, [name for name in live if name not in kept_columns])
    old = _old_rows(con, what.kept, what.table, kept_columns)
    removed = number(con, sql("DELETE FROM {} WHERE {}", target, touched), parameters)
    restored = number(
        con,
        sql(
            "INSERT INTO {target} ({columns}) SELECT {columns} FROM {old}",
            target=target,
            columns=quote_list(kept_columns),
            old=old,
        ),
    )
    con.execute("DROP TABLE kept_prints; DROP TABLE present")
    # The write may now be done again, with the same rows over the same state.
    con.execute("DELETE FROM _featurestore.jobs WHERE job_id = ?", [what.job_id])
    con.execute(
        """INSERT INTO _featurestore.jobs (job_id, digest, inserted, deleted, kept, partitions)
        VALUES (?, '', ?, ?, 0, '[]')""",
        [what.undo_id, restored, removed],
    )
    return Undone(removed, restored)


def _done_before(con: duckdb.DuckDBPyConnection, what: Undo) -> Undone | None:
    """The result of an earlier call, unless the write has been done again since."""
    rows = con.execute(
        "SELECT job_id, deleted, inserted FROM _featurestore.jobs WHERE job_id IN (?, ?)",
        [what.undo_id, what.job_id],
    ).fetchall()
    counts_by_job = {job_id: counts for job_id, *counts in rows}
    if what.job_id in counts_by_job:
        con.execute("DELETE FROM _featurestore.jobs WHERE job_id = ?", [what.undo_id])
        return None
    if what.undo_id in counts_by_job:
        removed, restored = counts_by_job[what.undo_id]
        return Undone(removed, restored, repeated=True)
    raise BadInput(
        f"job {what.job_id}: the warehouse knows no such job of {what.table.full_name}",
        hint="featurestore push prints the id of what it wrote",
        job_id=what.job_id,
    )


def _columns(con: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    """The table's columns in the file, in the file's order; lower case."""
    described = con.execute(sql("DESCRIBE FROM {}", parquet_rows(file))).fetchall()
    return [name.lower() for name, *_ in described if name not in (_OLD, _PRINT)]


def _old_rows(
    con: duckdb.DuckDBPyConnection, file: Path, table: Table, columns: Sequence[str]
) -> Sql:
    """The file's old rows in the live table's types, as a subquery."""
    types = {column.name: column.type for column in require_columns(con, table)}
    casts = join(", ", (cast_column(name, types[name]) for name in columns))
    return sql("(SELECT {} FROM {} WHERE {})", casts, parquet_rows(file), _OLD)


def _refuse_dropped(what: Undo, live: Sequence[str], kept_columns: Sequence[str]) -> None:
    dropped = [name for name in kept_columns if name not in live]
    if dropped:
        raise Conflict(
            f"{what.table.full_name}: lacks {', '.join(dropped)}, which it had when job"
            f" {what.job_id} wrote",
            hint="add the columns, then featurestore push --undo again",
            columns=dropped,
        )


def _refuse_changed(
    con: duckdb.DuckDBPyConnection, what: Undo, kept_columns: Sequence[str], since: Sequence[str]
) -> None:
    """Conflict unless ``present`` has the rows as written, and columns added since are empty."""
    prints = sql(
        "SELECT {}, hash({}) AS print FROM present", quote_list(what.key), quote_list(kept_columns)
    )
    written = sql("SELECT {}, print FROM kept_prints WHERE NOT is_old", quote_list(what.key))
    changed = number(
        con,
        sql(
            """SELECT count(*) FROM (({prints} EXCEPT ALL {written})
        UNION ALL ({written} EXCEPT ALL {prints}))""",
            prints=prints,
            written=written,
        ),
    )
    filled = join(" OR ", (sql("{} IS NOT NULL", quote(name)) for name in since))
    if filled and not changed:
        changed = number(con, sql("SELECT count(*) FROM present WHERE {}", filled))
    if changed:
        raise Conflict(
            f"{what.table.full_name}: {changed} rows have changed since job {what.job_id};"
            " nothing was restored",
            hint="featurestore diff shows what differs",
            job_id=what.job_id,
            rows=changed,
        )
