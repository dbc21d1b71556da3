"""Whether the store's columns are those of the definitions, before anything is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions import tables
from featurestore.definitions.features import features
from sync.errors import Refused

if TYPE_CHECKING:
    import duckdb


def require_columns(con: duckdb.DuckDBPyConnection) -> None:
    """Refuse a schema that was not generated from the definitions, or a replica made before it."""
    require_schema()
    declared = tables.tables()[tables.STORE].column_names
    held = held_columns(con)
    if missing := [name for name in declared if name not in held]:
        raise Refused(
            f"{tables.STORE} in the replica: lacks {len(missing)} declared columns, first"
            f" {missing[0]}",
            hint="featurestore init --migrate",
            missing=missing,
        )


def require_schema() -> None:
    """Refuse a schema that was not generated from the definitions.

    A replica made before it is no hindrance to a computation, which makes the store's view again.
    """
    declared = tables.tables()[tables.STORE].column_names
    defined = {f"feature_{one.feature_index}_value": one.feature_name for one in features()}
    if ahead := [name for name in defined if name not in declared]:
        raise Refused(
            f"sql/schema/{tables.STORE}.sql: lacks {ahead[0]} of {defined[ahead[0]]}",
            hint="featurestore features generate",
            missing=ahead,
        )


def held_columns(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The columns that the replica's store has, as an ``init --migrate`` left them."""
    dataset, table = tables.STORE.split(".")
    found = con.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?",
        [dataset, table],
    ).fetchall()
    return frozenset(name for (name,) in found)
