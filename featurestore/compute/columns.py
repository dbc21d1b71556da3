"""Checks that the store's columns match the definitions, before anything is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions import tables
from featurestore.definitions.features import features
from sync.duck.catalog import live_columns, require_declared
from sync.errors import Refused

if TYPE_CHECKING:
    import duckdb


def require_columns(con: duckdb.DuckDBPyConnection) -> None:
    """Refuse a schema that does not match the definitions, or a replica older than the schema."""
    require_schema()
    require_declared(con, tables.tables()[tables.STORE])


def require_schema() -> None:
    """Refuse a schema that does not match the definitions.

    A computation also works in an older replica: it renews the store's view.
    """
    declared = tables.tables()[tables.STORE].column_names
    defined = {one.value_column: one.feature_name for one in features()}
    if ahead := [name for name in defined if name not in declared]:
        raise Refused(
            f"sql/schema/{tables.STORE}.sql: lacks the column {ahead[0]} of {defined[ahead[0]]}",
            hint="featurestore features generate",
            missing=ahead,
        )


def held_columns(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The columns that the replica's store has now."""
    held = live_columns(con, tables.tables()[tables.STORE])
    return frozenset(column.name for column in held or ())
