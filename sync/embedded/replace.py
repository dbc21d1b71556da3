"""The embedded warehouse's atomic write: stage, check, delete by key, insert, record the job."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sync.duck.catalog import list_partitions, require_columns
from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.errors import Conflict, Refused, WarehouseFailed
from sync.model import Partition, Replaced

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    import duckdb

    from sync.model import Replacement

_JOBS = """CREATE TABLE IF NOT EXISTS _featurestore.jobs (
    job_id VARCHAR PRIMARY KEY, digest VARCHAR NOT NULL, inserted BIGINT, deleted BIGINT,
    kept BIGINT, partitions JSON, done_at TIMESTAMPTZ NOT NULL DEFAULT now())"""


def replace_partitions(con: duckdb.DuckDBPyConnection, what: Replacement) -> Replaced:
    """Do the replacement inside the caller's transaction.

    The job's record commits with its rows, so that a repeated call finds both or neither.
    """
    con.execute("CREATE SCHEMA IF NOT EXISTS _featurestore")
    con.execute(_JOBS)
    if done := _done_before(con, what):
        return done
    _stage(con, what)
    _check_stage(con, what)
    _check_expected(con, what)
    target, day = quote_table(what.table), quote(what.table.partition_column)
    days = "SELECT unnest($days::DATE[])"
    bounds = f"{day} BETWEEN $first AND $last AND {day} IN ({days})"
    parameters = {"days": list(what.days), "first": min(what.days), "last": max(what.days)}
    same_key = " AND ".join(
        f"staged.{quote(name)} IS NOT DISTINCT FROM {target}.{quote(name)}" for name in what.key
    )
    condition = bounds if what.prune else f"{bounds} AND EXISTS (FROM staged WHERE {same_key})"
    deleted = _changed(con, f"DELETE FROM {target} WHERE {condition}", parameters)
    kept = _changed(con, f"SELECT count(*) FROM {target} WHERE {bounds}", parameters)
    names = [row[0] for row in con.execute("DESCRIBE staged").fetchall()]
    inserted = _changed(
        con, f"INSERT INTO {target} ({quote_list(names)}) SELECT {quote_list(names)} FROM staged"
    )
    con.execute("DROP TABLE staged")
    partitions = _current(con, what, what.days)
    _record(con, what, inserted, deleted, kept, partitions.values())
    return Replaced(what.job_id, inserted, deleted, kept, partitions)


def _changed(con: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> int:
    return int(con.execute(sql, parameters).fetchall()[0][0])


def _done_before(con: duckdb.DuckDBPyConnection, what: Replacement) -> Replaced | None:
    row = con.execute(
        """SELECT digest, inserted, deleted, kept, partitions::VARCHAR FROM _featurestore.jobs
        WHERE job_id = ?""",
        [what.job_id],
    ).fetchone()
    if row is None:
        return None
    digest, inserted, deleted, kept, partitions = row
    if digest != what.digest:
        raise Refused(
            f"job {what.job_id}: was done before with other content",
            job_id=what.job_id,
            digest=what.digest,
            done_digest=digest,
        )
    found = con.execute(
        "SELECT (e->>'day')::DATE, (e->>'rows')::BIGINT, e->>'token'"
        " FROM (SELECT unnest(from_json($1::JSON, '[\"JSON\"]')) AS e)",
        [partitions],
    ).fetchall()
    return Replaced(
        what.job_id, inserted, deleted, kept, {row[0]: Partition(*row) for row in found}, True
    )


def _stage(con: duckdb.DuckDBPyConnection, what: Replacement) -> None:
    """Load the file into a temporary table with the live target's types, by column name."""
    live = require_columns(con, what.table)
    types = {column.name: column.type for column in live}
    source = f"read_parquet({quote_literal(str(what.parquet))}, hive_partitioning = false)"
    described = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    unknown = [name for name, *_ in described if name not in types]
    if unknown:
        raise Refused(
            f"{what.table.full_name}: the warehouse's table has no column {', '.join(unknown)}",
            hint="featurestore init --migrate",
            columns=unknown,
        )
    for name, kind, *_ in described:
        if kind != types[name]:
            _refuse_lossy(con, what, source, name, kind, types[name])
    casts = ", ".join(f"{quote(name)}::{types[name]} AS {quote(name)}" for name, *_ in described)
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {casts} FROM {source}")


def _refuse_lossy(
    con: duckdb.DuckDBPyConnection,
    what: Replacement,
    source: str,
    name: str,
    kind: str,
    target: str,
) -> None:
    column = quote(name)
    lossy = con.execute(
        f"SELECT {column}::VARCHAR FROM {source} WHERE {column} IS NOT NULL AND"
        f" TRY_CAST(TRY_CAST({column} AS {target}) AS {kind}) IS DISTINCT FROM {column} LIMIT 1"
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
    day, key = quote(what.table.partition_column), quote_list(what.key)
    rows, outside = con.execute(
        f"""SELECT count(*), count(*) FILTER (WHERE {day} IS NULL
            OR {day} NOT IN (SELECT unnest($days::DATE[]))) FROM staged""",
        {"days": list(what.days)},
    ).fetchall()[0]
    if rows != what.rows:
        raise WarehouseFailed(
            f"{what.parquet.name}: {rows} rows staged, {what.rows} expected",
            rows=rows,
            expected=what.rows,
        )
    if outside:
        raise Refused(f"{what.parquet.name}: {outside} rows lie outside the dates of the job")
    twice = con.execute(
        f"SELECT {key} FROM staged GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if twice:
        named = ", ".join(f"{n} = {v}" for n, v in zip(what.key, twice, strict=True))
        raise Refused(f"{what.table.full_name}: the key {named} occurs twice in what is written")


def _current(
    con: duckdb.DuckDBPyConnection, what: Replacement, days: Collection[date]
) -> dict[date, Partition]:
    found = list_partitions(con, what.table, min(days), max(days))
    return {day: found[day] for day in sorted(days) if day in found}


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
            f"{what.table.full_name}: {len(changed)} dates changed in the warehouse meanwhile,"
            f" first {min(changed)}",
            hint="run the same command again",
            dates=[str(day) for day in sorted(changed)],
        )


def _record(
    con: duckdb.DuckDBPyConnection,
    what: Replacement,
    inserted: int,
    deleted: int,
    kept: int,
    partitions: Iterable[Partition],
) -> None:
    listed = [{"day": str(p.day), "rows": p.rows, "token": p.token} for p in partitions]
    con.execute(
        """INSERT INTO _featurestore.jobs (job_id, digest, inserted, deleted, kept, partitions)
        VALUES (?, ?, ?, ?, ?, ?)""",
        [what.job_id, what.digest, inserted, deleted, kept, json.dumps(listed)],
    )
