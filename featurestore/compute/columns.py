"""Whether the store's columns are those of the definitions, before anything is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions import tables
from featurestore.definitions.features import features
from sync.duck.catalog import live_columns, require_declared
from sync.errors import Refused

if TYPE_CHECKING:
    import duckdb


def require_columns(con: duckdb.DuckDBPyConnection) -> None:
    """Refuse a schema that was not generated from the definitions, or a replica made before it."""
    require_schema()
    require_declared(con, tables.tables()[tables.STORE])


def require_schema() -> None:
    """Refuse a schema that was not generated from the definitions.

    A replica made before it is no hindrance to a computation, which makes the store's view again.
    """
    declared = tables.tables()[tables.STORE].column_names
    defined = {one.value_column: one.feature_name for one in features()}
    if ahead := [name for name in defined if name not in declared]:
        raise Refused(
            f"sql/schema/{tables.STORE}.sql: lacks {ahead[0]} of {defined[ahead[0]]}",
            hint="featurestore features generate",
            missing=ahead,
        )


def held_columns(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The columns that the replica's store has, as an ``init --migrate`` left them."""
    held = live_columns(con, tables.tables()[tables.STORE])
    return frozenset(column.name for column in held or ())
