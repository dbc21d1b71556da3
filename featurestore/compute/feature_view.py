"""The columns of the replica's view ``featurestore.features``: the values by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions import tables
from featurestore.definitions.features import features
from sync.duck.quoting import quote
from sync.errors import Refused
from sync.replica.computed import computed_dates
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from sync.model import DateRange

FEATURES = tables.FEATURES_VIEW
_KEYS = ("player_lookup", "game_date", "game_id")


def feature_names() -> tuple[str, ...]:
    """The names of all features in the order of their numbers."""
    return tuple(one.feature_name for one in features())


def column_types() -> dict[str, str]:
    """The view's columns with their GoogleSQL types; a missing feature is NULL."""
    store = tables.column_types()[tables.STORE]
    return {name: store[name] for name in _KEYS} | dict.fromkeys(feature_names(), "FLOAT64")


def value_columns(names: Iterable[str]) -> Sql:
    """A select list: the store's values by number, under the features' names."""
    return join(
        ", ",
        (
            sql("{} AS {}", quote(f"feature_{number}_value"), quote(name))
            for number, name in enumerate(names)
        ),
    )


def require_computed(con: duckdb.DuckDBPyConnection, dates: DateRange) -> None:
    """Refuse a range without a computed date.

    Raises:
        Refused: no date was computed here; the hint is the command.
    """
    if not computed_dates(con, dates):
        raise Refused(
            f"features: no date of {dates} was computed here",
            hint=f"featurestore backfill --start-date {dates.start} --end-date {dates.end}",
        )
