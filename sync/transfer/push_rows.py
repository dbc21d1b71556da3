"""Compares the warehouse's rows of a push's dates with the rows to send: keys, versions, counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.duck.clauses import bind_days, cast_column, declared_columns, on_days, same_key
from sync.duck.quoting import quote, quote_list, quote_table
from sync.duck.types import duckdb_type
from sync.duck.watched_stream import arriving
from sync.errors import Conflict
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import duckdb

    from sync.model import Column, Partition, Table
    from sync.transfer.push_sql import Own
    from sync.warehouse import Snapshot

VOLATILE = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Touched:
    """What a push does to rows.

    Attributes:
        rows: Rows sent.
        added: Sent rows whose key is not in the warehouse.
        replaced: Rows of the warehouse with a key that is sent.
        pruned: Rows of the warehouse that are removed because the replica lacks their key.
        kept: Rows of the dates that only the warehouse has, and keeps.
        other_versions: Version to rows of the warehouse, for versions that are not sent.
        replaced_versions: The same for rows that are replaced or pruned, without our own.
    """

    rows: int = 0
    added: int = 0
    replaced: int = 0
    pruned: int = 0
    kept: int = 0
    other_versions: Mapping[str, int] = field(default_factory=dict)
    replaced_versions: Mapping[str, int] = field(default_factory=dict)


def rows_sql(table: Table, outputs: Sql, days: Sequence[date]) -> tuple[Sql, dict[str, object]]:
    """The replica's rows of some dates, and the values to bind."""
    if not days:
        return sql("SELECT {} FROM {} WHERE FALSE", outputs, quote_table(table)), {}
    condition = on_days(quote(table.partition_column))
    select = sql("SELECT {} FROM {} WHERE {}", outputs, quote_table(table), condition)
    return select, bind_days(days)


def touched(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    days: Sequence[date],
    now: Mapping[date, Partition],
    own: Own,
    *,
    prune: bool,
) -> Touched:
    """What sending ``days`` does, from the keys on both sides. Reads the keys of those dates."""
    _read(con, snapshot, table, live, _key_columns(table), [day for day in days if day in now])
    select, values = rows_sql(table, Sql("*"), days)
    con.execute(sql("CREATE OR REPLACE TEMP TABLE push_here AS {}", select), values)
    same = same_key(table.key, Sql("here"), Sql("there"))
    matched = sql("EXISTS (FROM push_here AS here WHERE {})", same)
    rows, added = con.execute(
        sql(
            """SELECT count(*), count(*) FILTER (NOT EXISTS (FROM push_keys AS there WHERE {}))
        FROM push_here AS here""",
            same,
        )
    ).fetchall()[0]
    replaced, rest = con.execute(
        sql(
            """SELECT count(*) FILTER ({matched}), count(*) FILTER (NOT {matched})
        FROM push_keys AS there""",
            matched=matched,
        )
    ).fetchall()[0]
    other, gone = _other_versions(con, table, matched, own, prune=prune)
    pruned, kept = (rest, 0) if prune else (0, rest)
    return Touched(rows, added, replaced, pruned, kept, other, gone)


def _other_versions(
    con: duckdb.DuckDBPyConnection, table: Table, matched: Sql, own: Own, *, prune: bool
) -> tuple[dict[str, int], dict[str, int]]:
    """Rows of versions that are not sent: all, and those that are removed without our own.

    A row is our own if its key is sent, and its date and version are those of our last push.
    """
    if table.version_column is None:
        return {}, {}
    version = quote(table.version_column)
    counted = con.execute(
        sql(
            """SELECT coalesce(there.{version}, 'none'), count(*),
            count(*) FILTER ({goes} AND NOT ({matched} AND list_contains($days::DATE[], there.{day})
                AND list_contains($versions::VARCHAR[], coalesce(there.{version}, 'none'))))
        FROM push_keys AS there
        WHERE NOT EXISTS (FROM push_here AS mine
            WHERE mine.{version} IS NOT DISTINCT FROM there.{version})
            AND EXISTS (FROM push_here)
        GROUP BY 1 ORDER BY 1""",
            version=version,
            goes=Sql("TRUE") if prune else matched,
            matched=matched,
            day=quote(table.partition_column),
        ),
        {"days": list(own.days), "versions": list(own.versions)},
    ).fetchall()
    return {row[0]: row[1] for row in counted}, {row[0]: row[2] for row in counted if row[2]}


def same_days(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    days: Sequence[date],
    *,
    prune: bool,
) -> set[date]:
    """The dates on which the warehouse has all of our rows; when pruning, no others.

    Reads all declared columns of those dates. The times of writing are ignored.
    """
    if not days:
        return set()
    names = {column.name.lower() for column in live}
    columns = [c for c in table.columns if c.name in names and c.name not in VOLATILE]
    _read(con, snapshot, table, live, columns, days)
    # In BigQuery, NULL arrays become empty ones.
    outputs = join(
        ", ",
        (
            sql(
                "coalesce({name}, []) AS {name}" if c.type.startswith("ARRAY<") else "{name}",
                name=quote(c.name),
            )
            for c in columns
        ),
    )
    mine, values = rows_sql(table, outputs, days)
    theirs = sql("SELECT {} FROM push_keys", outputs)
    day = quote(table.partition_column)
    differs = [sql("SELECT {} FROM (({}) EXCEPT ALL ({}))", day, mine, theirs)]
    if prune:
        differs.append(sql("SELECT {} FROM (({}) EXCEPT ALL ({}))", day, theirs, mine))
    else:
        # A repeated key is one row here.
        key = quote_list(table.key)
        differs.append(sql("SELECT {} FROM push_keys GROUP BY {} HAVING count(*) > 1", day, key))
    different = {row[0] for row in con.execute(join(" UNION ", differs), values).fetchall()}
    return set(days) - different


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
            sql(
                "SELECT coalesce({}, 'none'), count(*) FROM push_keys GROUP BY 1 ORDER BY 1",
                version,
            )
        ).fetchall()
    )


def refuse_other_versions(table: Table, touching: Touched, commands: str) -> None:
    """Conflict if rows of a version that is not sent would be replaced or pruned."""
    if touching.replaced_versions:
        named = ", ".join(f"{name} {count:,}" for name, count in touching.replaced_versions.items())
        raise Conflict(
            f"{table.full_name}: rows of another {table.version_column} would be replaced: {named};"
            " nothing was written",
            hint=commands,
            versions=dict(touching.replaced_versions),
        )


def refuse_doubles(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    days: Sequence[date],
    commands: str,
) -> None:
    """Conflict if one row would replace several with its key that differ in cells not sent.

    Uses the keys that :func:`touched` read; reads other columns only for repeated keys.
    """
    others = table.unsent(live)
    key = quote_list(table.key)
    doubled = con.execute(
        sql(
            """SELECT DISTINCT {day} FROM push_keys AS there
        WHERE EXISTS (FROM push_here AS here WHERE {same})
        GROUP BY {key}, {day} HAVING count(*) > 1""",
            day=quote(table.partition_column),
            same=same_key(table.key, Sql("here"), Sql("there")),
            key=key,
        )
    ).fetchall()
    if not (doubled and others):
        return
    doubled_days = [row[0] for row in doubled]
    columns = [*_key_columns(table), *(c for c in live if c.name in set(others))]
    _read(con, snapshot, table, live, columns, doubled_days)
    cells = join(", ", (sql("{name} := {name}", name=quote(name)) for name in others))
    (count,) = con.execute(
        sql(
            """SELECT count(*) FROM (SELECT {key} FROM push_keys GROUP BY {key}
        HAVING count(DISTINCT to_json(struct_pack({cells}))::VARCHAR) > 1)""",
            key=key,
            cells=cells,
        )
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
    """Create ``push_keys``: some columns of the warehouse's rows of some dates."""
    present = {column.name.lower() for column in live}
    declared = set(table.column_names)
    # An undeclared column keeps its live type.
    casts = [
        cast_column(c.name, duckdb_type(c.type), is_present=c.name.lower() in present)
        if c.name in declared or c.name.lower() not in present
        else quote(c.name)
        for c in columns
    ]
    if not days:
        nothing = declared_columns(columns, ())
        con.execute(sql("CREATE OR REPLACE TEMP TABLE push_keys AS SELECT {} WHERE FALSE", nothing))
        return
    names = [c.name for c in columns if c.name.lower() in present]
    with (
        snapshot.read(table, names, list(days)) as reader,
        arriving(con, "push_incoming", reader, table.full_name),
    ):
        con.execute(
            sql(
                "CREATE OR REPLACE TEMP TABLE push_keys AS SELECT {} FROM push_incoming",
                join(", ", casts),
            )
        )
