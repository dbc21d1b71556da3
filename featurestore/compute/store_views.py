"""The replica's views over the kept rows: the store's rows, and the values by name."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from featurestore.compute import feature_view, kept_rows, narrowing
from featurestore.definitions import tables
from sync.duck.quoting import quote_literal, quote_table
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import duckdb

    from sync.replica.file import Replica
    from sync.sql_text import Sql


def create_store(replica: Replica) -> bool:
    """Create the declared tables and views that a replica lacks; True if anything was changed.

    May be repeated.
    """
    made = replica.create(list(tables.tables().values()))
    return create_views(replica) or made


def create_views(replica: Replica) -> bool:
    """Update the replica's store to what is declared; True if anything was changed.

    In one transaction, whole rows of an older replica are narrowed, and outdated views replaced.
    May be repeated.
    """
    with replica.read() as con:
        if is_current(con):
            return False
    with replica.write() as con:
        con.execute("BEGIN")
        renew(con)
        con.execute("COMMIT")
    return True


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether both views exist, over all kept rows and with the declared columns."""
    return _has_views_of(con, kept_rows.held(con))


def _has_views_of(con: duckdb.DuckDBPyConnection, held: kept_rows.Held) -> bool:
    rows = con.execute(
        """SELECT schema_name || '.' || view_name FROM duckdb_views()
        WHERE database_name = current_database() AND comment = ?""",
        [_digest(held)],
    ).fetchall()
    return {name for (name,) in rows} == {tables.STORE, feature_view.FEATURES}


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """Create the views, or replace outdated ones; in the caller's transaction."""
    narrowing.narrow(con)
    _renew_views(con)


def _renew_views(con: duckdb.DuckDBPyConnection) -> None:
    held = kept_rows.held(con)
    if _has_views_of(con, held):
        return
    comment = quote_literal(_digest(held))
    # The values by name are read from the kept rows, without joining their patterns.
    for name, select in (
        (tables.STORE, kept_rows.declared_sql(con, _sources(held, lambda v: v.store))),
        (
            feature_view.FEATURES,
            kept_rows.select_sql(con, _sources(held, lambda v: v.rows), _named_values()),
        ),
    ):
        con.execute(sql("CREATE OR REPLACE VIEW {} AS {}", quote_table(name), select))
        con.execute(sql("COMMENT ON VIEW {} IS {}", quote_table(name), comment))


def swap_rows(
    con: duckdb.DuckDBPyConnection,
    computed: tuple[date, ...],
    rows: Sql,
    values: Mapping[str, object],
) -> int:
    """Replace the computed dates' rows, in the caller's transaction; returns how many are new.

    ``rows`` is a SELECT of ``stored_row``; relation ``feature_quality`` holds their patterns. The
    views include the new rows afterwards.
    """
    narrowing.narrow(con)
    version = kept_rows.ensure(con)
    kept_rows.delete(con, computed)
    count = kept_rows.insert(con, version, rows, values)
    kept_rows.drop_empty(con)
    _renew_views(con)
    return count


def create_features_view(con: duckdb.DuckDBPyConnection) -> None:
    """Create the view by name over a plain table of the store, for use outside a replica."""
    values = kept_rows.select_sql(con, [tables.STORE], _named_values())
    con.execute(sql("CREATE OR REPLACE VIEW {} AS {}", quote_table(feature_view.FEATURES), values))


def _digest(held: kept_rows.Held) -> str:
    """A digest of what the views depend on."""
    made_of = [
        [version.digest for version in held.versions],
        held.has_whole,
        list(tables.column_types()[tables.STORE].items()),
        feature_view.feature_names(),
    ]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _sources(held: kept_rows.Held, name_of: Callable[[kept_rows.Version], str]) -> list[str]:
    whole_rows = [kept_rows.WHOLE] if held.has_whole else []
    return [*map(name_of, held.versions), *whole_rows]


def _named_values() -> Mapping[str, tuple[str, str]]:
    types = feature_view.column_types()
    values = {
        name: f"feature_{number}_value" for number, name in enumerate(feature_view.feature_names())
    }
    return {name: (values.get(name, name), kind) for name, kind in types.items()}
