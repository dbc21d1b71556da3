"""The distribution of a feature's stored values in the replica."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.compute.columns import held_columns
from featurestore.definitions import tables
from sync.duck.quoting import quote, quote_table
from sync.sql_text import sql

if TYPE_CHECKING:
    from datetime import date

    from featurestore.definitions.features import Feature
    from sync.replica.file import Replica


@dataclass(frozen=True, slots=True)
class Distribution:
    """The stored values of a feature.

    Attributes:
        rows: Rows of the store.
        missing: Rows without a value.
        implausible: Values outside the plausible range of the definition.
        first: The first date with a row.
        last: The last date with a row.
        least: The smallest value; None without values, like the following ones.
        quartile_1: A quarter of the values are at most this.
        median: Half of the values are at most this.
        quartile_3: Three quarters of the values are at most this.
        greatest: The largest value.
    """

    rows: int
    missing: int
    implausible: int
    first: date | None
    last: date | None
    least: float | None
    quartile_1: float | None
    median: float | None
    quartile_3: float | None
    greatest: float | None

    def numbers(self) -> dict[str, float | None]:
        """Its numbers by the names that are shown, with the counts of rows first."""
        return {
            "rows": self.rows,
            "missing": self.missing,
            "outside the range": self.implausible,
            "least": self.least,
            "a quarter at most": self.quartile_1,
            "half at most": self.median,
            "three quarters at most": self.quartile_3,
            "greatest": self.greatest,
        }


def distribution(replica: Replica, feature: Feature) -> Distribution | None:
    """Over all stored rows of the replica; None if there are none, or the column is missing."""
    with replica.read() as con:
        if feature.value_column not in held_columns(con):
            return None
        value = quote(feature.value_column)
        row = con.execute(
            sql(
                """SELECT count(*), count(*) - count({value}),
                count(*) FILTER ({value} < $low OR {value} > $high),
                min(game_date), max(game_date), min({value}), quantile_disc({value}, 0.25),
                median({value}), quantile_disc({value}, 0.75), max({value})
            FROM {table}""",
                value=value,
                table=quote_table(tables.STORE),
            ),
            {"low": feature.low, "high": feature.high},
        ).fetchall()[0]
    return Distribution(*row) if row[0] else None
