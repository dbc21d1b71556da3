"""The view ``featurestore.features`` of the replica: the 37 values by name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from featurestore.compute import plan
from featurestore.definitions import compose, sql_files, tables
from sync.duck.quoting import quote, quote_table

if TYPE_CHECKING:
    from sync.replica.file import Replica

FEATURES = "featurestore.features"
_KEYS = ("player_lookup", "game_date", "game_id")


@lru_cache(maxsize=1)
def feature_names() -> tuple[str, ...]:
    """The 37 names in their order, as the store's ``feature_names`` has them."""
    text = compose.by_name(sql_files.load("features"))[plan.STORE].text
    select = sqlglot.parse_one(text, read="bigquery")
    assert isinstance(select, exp.Query)
    (array,) = [item.this for item in select.selects if item.alias == "feature_names"]
    return tuple(literal.name for literal in array.find_all(exp.Literal))


def column_types() -> dict[str, str]:
    """The view's columns with their GoogleSQL types; a missing feature is NULL."""
    store = tables.column_types()[tables.STORE]
    return {name: store[name] for name in _KEYS} | dict.fromkeys(feature_names(), "FLOAT64")


def features_view_sql() -> str:
    """CREATE VIEW over the store's rows; may be repeated."""
    return f"CREATE OR REPLACE VIEW {quote_table(FEATURES)} AS {_select_sql()}"


def _select_sql() -> str:
    values = ", ".join(
        f"feature_{number}_value AS {quote(name)}" for number, name in enumerate(feature_names())
    )
    return f"SELECT {', '.join(_KEYS)}, {values} FROM {quote_table(tables.STORE)}"


def create_views(replica: Replica) -> bool:
    """Create the view where it is missing or of another SQL; True if it was. May be repeated."""
    with replica.read() as con:
        # DuckDB keeps a view's SQL in its own words: those of the same SELECT are the same.
        con.execute(f"CREATE TEMP VIEW wanted_features AS {_select_sql()}")
        found = con.execute(
            "SELECT schema_name || '.' || view_name, sql FROM duckdb_views()"
            " WHERE schema_name || '.' || view_name = ? OR view_name = 'wanted_features'",
            [FEATURES],
        ).fetchall()
        con.execute("DROP VIEW wanted_features")
    definitions = {text.partition(" AS ")[2] for _, text in found}
    if len(found) == 2 and len(definitions) == 1:
        return False
    with replica.write() as con:
        con.execute(features_view_sql())
    return True
