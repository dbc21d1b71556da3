"""Migrates a replica's records of warehouses to their identities, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_list
from sync.identity import identity
from sync.sql_text import join, sql

if TYPE_CHECKING:
    import duckdb

# If two addresses of one warehouse have a row, the newer one counts.
_KEYED = {
    "pushed": (("target", "partition_date"), ("digest", "token", "rows", "pushed_at", "job_id")),
    "sources": (("table_name",), ("etag", "start_date", "end_date", "checked_at")),
}
_NEWER = {"pushed": "pushed_at", "sources": "checked_at"}
_PLAIN = ("outbox", "jobs", "parity")


def adopt(con: duckdb.DuckDBPyConnection) -> None:
    """Replace the address of a warehouse in each row by its identity, in the caller's transaction.

    A relative path starts at the current folder, as it did when it was written.
    """
    addresses = con.execute(
        join(
            " UNION ",
            (
                sql(
                    "SELECT warehouse_url FROM featurestore.{} WHERE warehouse_url IS NOT NULL",
                    quote(name),
                )
                for name in (*_KEYED, *_PLAIN)
            ),
        )
    ).fetchall()
    for (address,) in addresses:
        if (name := identity(address)) != address:
            _rename(con, {"old": address, "new": name})


def _rename(con: duckdb.DuckDBPyConnection, names: dict[str, str]) -> None:
    for table in _PLAIN:
        con.execute(
            sql(
                "UPDATE featurestore.{} SET warehouse_url = $new WHERE warehouse_url = $old",
                quote(table),
            ),
            names,
        )
    for table, (key, values) in _KEYED.items():
        same = join(" AND ", (sql("mine.{name} = theirs.{name}", name=quote(name)) for name in key))
        newer = quote(_NEWER[table])
        assignments = join(
            ", ", (sql("{name} = theirs.{name}", name=quote(name)) for name in values)
        )
        # Never the same key deleted and inserted in one transaction: DuckDB's index refuses that.
        con.execute(
            sql(
                """UPDATE featurestore.{table} AS mine SET {assignments}
            FROM featurestore.{table} AS theirs
            WHERE mine.warehouse_url = $new AND theirs.warehouse_url = $old AND {same}
                AND theirs.{newer} > mine.{newer}""",
                table=quote(table),
                assignments=assignments,
                same=same,
                newer=newer,
            ),
            names,
        )
        listed = quote_list((*key, *values))
        con.execute(
            sql(
                """INSERT INTO featurestore.{table} ({listed}, warehouse_url)
            SELECT {listed}, $new FROM featurestore.{table} AS theirs
            WHERE warehouse_url = $old AND NOT EXISTS (FROM featurestore.{table} AS mine
                WHERE mine.warehouse_url = $new AND {same})""",
                table=quote(table),
                listed=listed,
                same=same,
            ),
            names,
        )
        con.execute(
            sql("DELETE FROM featurestore.{} WHERE warehouse_url = $old", quote(table)),
            {"old": names["old"]},
        )
