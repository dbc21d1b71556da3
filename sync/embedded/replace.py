"""The embedded warehouse's atomic write: stage, check, delete by key, insert, record the job.

Columns of the table that the file lacks keep their values in replaced rows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sync.counted import counted
from sync.duck.catalog import list_partitions, require_columns
from sync.duck.clauses import (
    bind_days,
    cast_column,
    loses_value,
    on_days,
    parquet_rows,
    repeated_keys,
    same_key,
)
from sync.duck.quoting import quote, quote_table
from sync.embedded import undo
from sync.embedded.carry import insert_staged, number
from sync.errors import Conflict, Refused, WarehouseFailed
from sync.model import Partition, Replaced
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    import duckdb

    from sync.model import Column, Replacement

_JOBS = """CREATE TABLE IF NOT EXISTS _featurestore.jobs (
    job_id VARCHAR PRIMARY KEY, digest VARCHAR NOT NULL, inserted BIGINT, deleted BIGINT,
    kept BIGINT, partitions JSON, done_at TIMESTAMPTZ NOT NULL DEFAULT now())"""
# A file of an earlier version lacks these.
_COUNTS = (
    "ALTER TABLE _featurestore.jobs ADD COLUMN IF NOT EXISTS pruned BIGINT DEFAULT 0",
    "ALTER TABLE _featurestore.jobs ADD COLUMN IF NOT EXISTS added BIGINT DEFAULT 0",
)


_STAGED = Sql("staged")


def replace_partitions(con: duckdb.DuckDBPyConnection, what: Replacement) -> Replaced:
    """Do the replacement in the caller's transaction.

    The record of the job is committed with its rows, so that a repeated call finds both or neither.
    """
    prepare_jobs(con)
    if done := _done_before(con, what):
        return done
    live = require_columns(con, what.table)
    _stage(con, what, live)
    _check_stage(con, what)
    _check_expected(con, what)
    target, parameters = quote_table(what.table), bind_days(what.days)
    chosen = bounds = on_days(quote(what.table.partition_column))
    if not what.prune:
        same = same_key(what.key, _STAGED, target)
        chosen = sql("{} AND EXISTS (FROM staged WHERE {})", bounds, same)
    con.execute(
        sql("CREATE OR REPLACE TEMP TABLE old AS FROM {} WHERE {}", target, chosen), parameters
    )
    same = same_key(what.key, _STAGED, Sql("old"))
    pruned = number(
        con, sql("SELECT count(*) FROM old WHERE NOT EXISTS (FROM staged WHERE {})", same)
    )
    added = number(
        con, sql("SELECT count(*) FROM staged WHERE NOT EXISTS (FROM old WHERE {})", same)
    )
    names = [row[0] for row in con.execute("DESCRIBE staged").fetchall()]
    carried = _carried(what, live, names, added)
    deleted = number(con, sql("DELETE FROM {} WHERE {}", target, chosen), parameters)
    kept = number(con, sql("SELECT count(*) FROM {} WHERE {}", target, bounds), parameters)
    inserted = insert_staged(con, target, names, carried, what.key)
    if what.undo is not None:
        undo.keep(con, what.undo, what.table, [column.name for column in live], what.key)
    con.execute("DROP TABLE staged; DROP TABLE old")
    done = Replaced(
        what.job_id,
        inserted,
        deleted,
        kept,
        _current(con, what, what.days),
        pruned=pruned,
        added=added,
    )
    _record(con, done, what.digest)
    return done


def prepare_jobs(con: duckdb.DuckDBPyConnection) -> None:
    """Create the table of jobs if it is missing."""
    con.execute("CREATE SCHEMA IF NOT EXISTS _featurestore")
    con.execute(_JOBS)
    present = con.execute(
        """SELECT column_name FROM duckdb_columns()
        WHERE schema_name = '_featurestore' AND table_name = 'jobs'"""
    ).fetchall()
    if ("added",) not in present:
        for statement in _COUNTS:
            con.execute(statement)


def _carried(
    what: Replacement, live: Sequence[Column], names: Sequence[str], added: int
) -> list[str]:
    """The live columns that the file lacks.

    Raises:
        Refused: a new row would have no value for one of them.
    """
    sent = {name.lower() for name in names}
    absent = [column for column in live if column.name.lower() not in sent]
    needed = [column.name for column in absent if column.required and column.default is None]
    if needed and added:
        raise Refused(
            f"{what.table.full_name}: {added} new rows have no value for {', '.join(needed)},"
            " which is NOT NULL and has no default",
            hint=f"set a default for {needed[0]} in the warehouse, or make it nullable",
            columns=needed,
            rows=added,
        )
    return [column.name for column in absent]


def _done_before(con: duckdb.DuckDBPyConnection, what: Replacement) -> Replaced | None:
    row = con.execute(
        """SELECT digest, inserted, deleted, kept, partitions::VARCHAR, pruned, added
        FROM _featurestore.jobs WHERE job_id = ?""",
        [what.job_id],
    ).fetchone()
    if row is None:
        return None
    digest, inserted, deleted, kept, partitions, pruned, added = row
    if digest != what.digest:
        raise Refused(
            f"job {what.job_id}: was already done with other content",
            job_id=what.job_id,
            digest=what.digest,
            done_digest=digest,
        )
    partition_rows = con.execute(
        "SELECT (e->>'day')::DATE, (e->>'rows')::BIGINT, e->>'token'"
        " FROM (SELECT unnest(from_json($1::JSON, '[\"JSON\"]')) AS e)",
        [partitions],
    ).fetchall()
    return Replaced(
        what.job_id,
        inserted,
        deleted,
        kept,
        {row[0]: Partition(*row) for row in partition_rows},
        True,
        pruned,
        added,
    )


def _stage(con: duckdb.DuckDBPyConnection, what: Replacement, live: Sequence[Column]) -> None:
    """Load the file into a temporary table with the live target's types, by column name."""
    types = {column.name.lower(): column.type for column in live}
    source = parquet_rows(what.parquet)
    described = con.execute(sql("DESCRIBE SELECT * FROM {}", source)).fetchall()
    unknown = [name for name, *_ in described if name.lower() not in types]
    if unknown:
        raise Refused(
            f"{what.table.full_name}: the warehouse's table has no column {', '.join(unknown)}",
            hint="featurestore init --migrate",
            columns=unknown,
        )
    for name, kind, *_ in described:
        if kind != types[name.lower()]:
            _refuse_lossy(con, what, source, name, kind, types[name.lower()])
    casts = join(", ", (cast_column(name, types[name.lower()]) for name, *_ in described))
    con.execute(sql("CREATE OR REPLACE TEMP TABLE staged AS SELECT {} FROM {}", casts, source))


def _refuse_lossy(
    con: duckdb.DuckDBPyConnection,
    what: Replacement,
    source: Sql,
    name: str,
    kind: str,
    target: str,
) -> None:
    column = quote(name)
    lossy = con.execute(
        sql(
            "SELECT {}::VARCHAR FROM {} WHERE {} LIMIT 1",
            column,
            source,
            loses_value(column, kind, target),
        )
    ).fetchone()
    if lossy:
        raise Refused(
            f"{what.table.full_name}.{name}: {lossy[0]} of type {kind} does not fit the"
            f" warehouse's {target}",
            hint="featurestore doctor",
            column=name,
            value=lossy[0],
        )


def _check_stage(con: duckdb.DuckDBPyConnection, what: Replacement) -> None:
    day = quote(what.table.partition_column)
    rows, outside = con.execute(
        sql(
            """SELECT count(*), count(*) FILTER (WHERE {day} IS NULL
            OR {day} NOT IN (SELECT unnest($days::DATE[]))) FROM staged""",
            day=day,
        ),
        {"days": list(what.days)},
    ).fetchall()[0]
    if rows != what.rows:
        raise WarehouseFailed(
            f"{what.parquet.name}: {counted(rows, 'row')} staged, {what.rows} expected",
            rows=rows,
            expected=what.rows,
        )
    if outside:
        raise Refused(f"{what.parquet.name}: {outside} rows are outside the dates of the job")
    repeated = con.execute(sql("{} LIMIT 1", repeated_keys(what.key, _STAGED))).fetchone()
    if repeated:
        named = ", ".join(f"{n} = {v}" for n, v in zip(what.key, repeated, strict=True))
        raise Refused(f"{what.table.full_name}: the key {named} is repeated in the rows to write")


def _current(
    con: duckdb.DuckDBPyConnection, what: Replacement, days: Collection[date]
) -> dict[date, Partition]:
    current = list_partitions(con, what.table, min(days), max(days))
    return {day: current[day] for day in sorted(days) if day in current}


def _check_expected(con: duckdb.DuckDBPyConnection, what: Replacement) -> None:
    if not what.expected:
        return
    now = _current(con, what, what.expected)
    changed = [
        day
        for day, token in what.expected.items()
        if (now[day].token if day in now else None) != token
    ]
    if changed:
        raise Conflict(
            f"{what.table.full_name}: {counted(len(changed), 'date')} changed in the warehouse"
            " meanwhile,"
            f" first {min(changed)}",
            hint="run the same command again",
            dates=[str(day) for day in sorted(changed)],
        )


def _record(con: duckdb.DuckDBPyConnection, done: Replaced, digest: str) -> None:
    """Record the job, in the transaction of its rows."""
    listed = [
        {"day": str(p.day), "rows": p.rows, "token": p.token} for p in done.partitions.values()
    ]
    con.execute(
        """INSERT INTO _featurestore.jobs
            (job_id, digest, inserted, deleted, kept, partitions, pruned, added)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            done.job_id,
            digest,
            done.inserted,
            done.deleted,
            done.kept,
            json.dumps(listed),
            done.pruned,
            done.added,
        ],
    )
