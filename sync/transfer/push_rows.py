"""Looks at the warehouse's rows of the dates that a push is about: which keys, whose, how many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from sync.duck.quoting import quote, quote_list, quote_table
from sync.duck.types import duckdb_type
from sync.duck.watched_stream import WatchedStream
from sync.errors import Conflict, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sync.model import Column, Partition, Table
    from sync.warehouse import Snapshot

VOLATILE = ("created_at", "updated_at")
_KEYS = "push_keys"


@dataclass(frozen=True, slots=True)
class Touched:
    """What a push does to rows.

    Attributes:
        rows: Rows sent.
        added: Of those, rows whose key the warehouse has not.
        replaced: Rows of the warehouse with a key that is sent.
        pruned: Rows of the warehouse that are removed because the replica has not their key.
        kept: Rows of the dates that only the warehouse has, and keeps.
        other_versions: Rows of the dates there, by version, of versions that are not sent.
        replaced_versions: Of those, rows that are replaced or pruned.
    """

    rows: int = 0
    added: int = 0
    replaced: int = 0
    pruned: int = 0
    kept: int = 0
    other_versions: Mapping[str, int] = field(default_factory=dict)
    replaced_versions: Mapping[str, int] = field(default_factory=dict)


def rows_sql(table: Table, outputs: str, days: Sequence[date]) -> tuple[str, dict[str, object]]:
    """The replica's rows of some dates, and the values to bind."""
    day = quote(table.partition_column)
    if not days:
        return f"SELECT {outputs} FROM {quote_table(table)} WHERE FALSE", {}
    sql = (
        f"SELECT {outputs} FROM {quote_table(table)} WHERE {day} BETWEEN $first AND $last"
        f" AND {day} IN (SELECT unnest($days::DATE[]))"
    )
    return sql, {"first": min(days), "last": max(days), "days": list(days)}


def touched(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    days: Sequence[date],
    now: Mapping[date, Partition],
    *,
    prune: bool,
) -> Touched:
    """What sending ``days`` does, from the keys there and here. Reads the keys of those dates."""
    _read(con, snapshot, table, live, _key_columns(table), [day for day in days if day in now])
    sql, values = rows_sql(table, "*", days)
    con.execute(f"CREATE OR REPLACE TEMP TABLE push_here AS {sql}", values)
    same = _same(table, "here", "there")
    matched = f"EXISTS (FROM push_here AS here WHERE {same})"
    rows, added = con.execute(
        f"""SELECT count(*), count(*) FILTER (NOT EXISTS (FROM {_KEYS} AS there WHERE {same}))
        FROM push_here AS here"""
    ).fetchall()[0]
    replaced, rest = con.execute(
        f"""SELECT count(*) FILTER ({matched}), count(*) FILTER (NOT {matched})
        FROM {_KEYS} AS there"""
    ).fetchall()[0]
    other, gone = _other_versions(con, table, "TRUE" if prune else matched)
    pruned, kept = (rest, 0) if prune else (0, rest)
    return Touched(rows, added, replaced, pruned, kept, other, gone)


def _other_versions(
    con: duckdb.DuckDBPyConnection, table: Table, goes: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Rows of versions that are not sent: all of them, and those for which ``goes`` holds."""
    if table.version_column is None:
        return {}, {}
    version = quote(table.version_column)
    found = con.execute(
        f"""SELECT coalesce(there.{version}, 'none'), count(*), count(*) FILTER ({goes})
        FROM {_KEYS} AS there
        WHERE NOT EXISTS (FROM push_here AS mine
            WHERE mine.{version} IS NOT DISTINCT FROM there.{version})
            AND EXISTS (FROM push_here)
        GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    return {row[0]: row[1] for row in found}, {row[0]: row[2] for row in found if row[2]}


def same_days(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    days: Sequence[date],
    *,
    prune: bool,
) -> set[date]:
    """The dates on which the warehouse has every row of ours as it is; when pruning, no other.

    Reads all declared columns of those dates. When a row was written does not count.
    """
    if not days:
        return set()
    names = {column.name.lower() for column in live}
    columns = [c for c in table.columns if c.name in names and c.name not in VOLATILE]
    _read(con, snapshot, table, live, columns, days)
    # BigQuery keeps no NULL arrays: they become empty ones.
    outputs = ", ".join(
        f"coalesce({quote(c.name)}, []) AS {quote(c.name)}"
        if c.type.startswith("ARRAY<")
        else quote(c.name)
        for c in columns
    )
    mine, values = rows_sql(table, outputs, days)
    theirs = f"SELECT {outputs} FROM {_KEYS}"
    day = quote(table.partition_column)
    differs = f"SELECT {day} FROM (({mine}) EXCEPT ALL ({theirs}))"
    if prune:
        differs += f" UNION SELECT {day} FROM (({theirs}) EXCEPT ALL ({mine}))"
    else:
        # A doubled key is one row here.
        key = quote_list(table.key)
        differs += f" UNION SELECT {day} FROM {_KEYS} GROUP BY {key} HAVING count(*) > 1"
    found = {
        row[0] for row in con.execute(f"SELECT DISTINCT * FROM ({differs})", values).fetchall()
    }
    return set(days) - found


def versions(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    days: Sequence[date],
    now: Mapping[date, Partition],
) -> dict[str, int]:
    """The warehouse's rows of some dates by version; empty for a table without versions."""
    if table.version_column is None:
        return {}
    _read(con, snapshot, table, live, _key_columns(table), [day for day in days if day in now])
    version = quote(table.version_column)
    return dict(
        con.execute(
            f"SELECT coalesce({version}, 'none'), count(*) FROM {_KEYS} GROUP BY 1 ORDER BY 1"
        ).fetchall()
    )


def refuse_other_versions(table: Table, found: Touched, commands: str) -> None:
    """Conflict if rows of a version that is not sent would be replaced or pruned."""
    if found.replaced_versions:
        named = ", ".join(f"{name} {count:,}" for name, count in found.replaced_versions.items())
        raise Conflict(
            f"{table.full_name}: rows of another {table.version_column} would be replaced: {named};"
            " nothing was written",
            hint=commands,
            versions=dict(found.replaced_versions),
        )


def refuse_doubles(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    days: Sequence[date],
    commands: str,
) -> None:
    """Conflict if one row would stand for several of its key whose undeclared cells differ.

    Uses the keys that :func:`touched` read; reads undeclared columns only where a key is doubled.
    """
    others = table.undeclared(live)
    key = quote_list(table.key)
    doubled = con.execute(
        f"""SELECT DISTINCT {quote(table.partition_column)} FROM {_KEYS} AS there
        WHERE EXISTS (FROM push_here AS here WHERE {_same(table, "here", "there")})
        GROUP BY {key}, {quote(table.partition_column)} HAVING count(*) > 1"""
    ).fetchall()
    if not (doubled and others):
        return
    wanted = [row[0] for row in doubled]
    columns = [*_key_columns(table), *(c for c in live if c.name in set(others))]
    _read(con, snapshot, table, live, columns, wanted)
    cells = f"to_json(struct_pack({', '.join(f'{quote(n)} := {quote(n)}' for n in others)}))"
    (count,) = con.execute(
        f"""SELECT count(*) FROM (SELECT {key} FROM {_KEYS} GROUP BY {key}
        HAVING count(DISTINCT {cells}::VARCHAR) > 1)"""
    ).fetchall()[0]
    if count:
        raise Conflict(
            f"{table.full_name}: {count} keys have several rows with different values of"
            f" {', '.join(others[:3])}; only one row's would be left; nothing was written",
            hint=commands,
            keys=count,
            columns=list(others),
        )


def _key_columns(table: Table) -> list[Column]:
    names = {*table.key, table.partition_column, table.version_column}
    return [column for column in table.columns if column.name in names]


def _read(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    columns: Sequence[Column],
    days: Sequence[date],
) -> None:
    """Temporary table ``push_keys``: these columns of the warehouse's rows of these dates."""
    present = {column.name.lower() for column in live}
    declared = set(table.column_names)
    # What is not declared keeps the type it arrives in.
    casts = ", ".join(
        f"NULL::{duckdb_type(c.type)} AS {quote(c.name)}"
        if c.name.lower() not in present
        else f"{quote(c.name)}::{duckdb_type(c.type)} AS {quote(c.name)}"
        if c.name in declared
        else quote(c.name)
        for c in columns
    )
    if not days:
        nothing = ", ".join(f"NULL::{duckdb_type(c.type)} AS {quote(c.name)}" for c in columns)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {_KEYS} AS SELECT {nothing} WHERE FALSE")
        return
    names = [c.name for c in columns if c.name.lower() in present]
    with snapshot.read(table, names, list(days)) as reader:
        stream = WatchedStream(reader)
        con.register("push_incoming", stream.reader())
        try:
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {_KEYS} AS SELECT {casts} FROM push_incoming"
            )
        except duckdb.Error as error:
            if not stream.died:
                raise
            raise stream.failure or WarehouseFailed(
                f"{table.full_name}: the stream broke off: {str(error).splitlines()[0]}",
                hint="run the same command again",
                table=table.full_name,
            ) from error
        con.unregister("push_incoming")


def _same(table: Table, one: str, other: str) -> str:
    return " AND ".join(
        f"{one}.{quote(name)} IS NOT DISTINCT FROM {other}.{quote(name)}" for name in table.key
    )
