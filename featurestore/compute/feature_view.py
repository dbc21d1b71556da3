"""The view ``featurestore.features`` of the replica: the values by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from featurestore.definitions import tables
from featurestore.definitions.features import features
from sync.duck.quoting import quote, quote_list, quote_table
from sync.errors import Refused
from sync.replica.computed import computed_dates
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.model import DateRange
    from sync.replica.file import Replica

FEATURES = tables.FEATURES_VIEW
_KEYS = ("player_lookup", "game_date", "game_id")


def feature_names() -> tuple[str, ...]:
    """The names of all features in the order of their numbers."""
    return tuple(one.feature_name for one in features())


def column_types() -> dict[str, str]:
    """The view's columns with their GoogleSQL types; a missing feature is NULL."""
    store = tables.column_types()[tables.STORE]
    return {name: store[name] for name in _KEYS} | dict.fromkeys(feature_names(), "FLOAT64")


def features_view_sql() -> Sql:
    """CREATE VIEW over the store's rows; may be repeated."""
    return sql("CREATE OR REPLACE VIEW {} AS {}", quote_table(FEATURES), _select_sql())


def value_columns(names: Iterable[str]) -> Sql:
    """A select list: the store's values under the names of the features, by their numbers."""
    return join(
        ", ",
        (
            sql("{} AS {}", quote(f"feature_{number}_value"), quote(name))
            for number, name in enumerate(names)
        ),
    )


def _select_sql() -> Sql:
    values = value_columns(feature_names())
    return sql("SELECT {}, {} FROM {}", quote_list(_KEYS), values, quote_table(tables.STORE))


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the view is there and of this SQL."""
    # DuckDB keeps a view's SQL in its own words: those of the same SELECT are the same.
    try:
        con.execute(sql("CREATE TEMP VIEW wanted_features AS {}", _select_sql()))
    except duckdb.BinderException:
        # The store has not all columns.
        return False
    found = con.execute(
        "SELECT schema_name || '.' || view_name, sql FROM duckdb_views()"
        " WHERE schema_name || '.' || view_name = ? OR view_name = 'wanted_features'",
        [FEATURES],
    ).fetchall()
    con.execute("DROP VIEW wanted_features")
    definitions = {text.partition(" AS ")[2] for _, text in found}
    return len(found) == 2 and len(definitions) == 1


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """Create the view, or replace one of another SQL; in the caller's transaction."""
    if not is_current(con):
        con.execute(features_view_sql())


def create_views(replica: Replica) -> bool:
    """Create or replace the view where it is not current; True if it did. May be repeated."""
    with replica.read() as con:
        if is_current(con):
            return False
    with replica.write() as con:
        renew(con)
    return True


def require_computed(con: duckdb.DuckDBPyConnection, dates: DateRange) -> None:
    """Refuse a range of which no date was ever computed here.

    Raises:
        Refused: with the command that computes it.
    """
    if not computed_dates(con, dates):
        raise Refused(
            f"features: no date of {dates} was computed here",
            hint=f"featurestore backfill --start-date {dates.start} --end-date {dates.end}",
        )
