"""A replica as it was before the store's rows were kept narrow: a table with all columns."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from featurestore.definitions import tables
from sync.duck import connections
from sync.duck.types import create_table_sql

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 5


def make_whole(path: Path) -> None:
    """Write the rows of a replica's store into a table of its name, as version 5 kept them."""
    with closing(connections.connect(path)) as con:
        con.execute("BEGIN")
        con.execute(f"CREATE TABLE main.whole AS FROM {tables.STORE}")
        for kind, listed in (("VIEW", "duckdb_views"), ("TABLE", "duckdb_tables")):
            rows = con.execute(
                f"""SELECT schema_name || '.' || {kind}_name FROM {listed}() WHERE NOT internal
                AND ({kind}_name LIKE 'kept_%' OR {kind}_name IN ('ml_feature_store_v2', 'features')
                    AND schema_name <> 'upstream')"""
            ).fetchall()
            for (name,) in rows:
                con.execute(f"DROP {kind} {name}")
        con.execute(create_table_sql(tables.tables()[tables.STORE]))
        con.execute(f"INSERT INTO {tables.STORE} FROM main.whole")
        con.execute("DROP TABLE main.whole")
        con.execute("DELETE FROM featurestore.meta WHERE version > ?", [VERSION])
        con.execute("COMMIT")
