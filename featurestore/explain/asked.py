"""Checks the player, date and feature to explain; errors name an unknown one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute.local import require_pulled
from featurestore.definitions import tables
from featurestore.definitions.features import features, named
from featurestore.suggestions import did_you_mean
from sync.duck.quoting import quote_table
from sync.errors import BadInput
from sync.model import DateRange
from sync.sql_text import sql

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from featurestore.definitions.features import Feature


def chosen_feature(word: str) -> Feature:
    """A feature by its name, its number, or the store's column of its value.

    Raises:
        BadInput: there is no such feature.
    """
    number = word.removeprefix("feature_").removesuffix("_value")
    if number.isdecimal() and int(number) < len(features()):
        return features()[int(number)]
    return named(word)


def require_row(con: duckdb.DuckDBPyConnection, player: str, day: date, feature: str) -> bool:
    """Refuse a player and date without a feature row.

    Returns:
        Whether the player has no game summary row, but is on an injury report.

    Raises:
        Refused: the date or its lookback was never pulled.
        BadInput: the player is unknown, or had no game on the date.
    """
    require_pulled(con, DateRange(day, day))
    values = {"player": player, "day": day}
    if con.execute(_HAS_SUMMARY, values).fetchall():
        return False
    if con.execute(_IS_LISTED, values).fetchall():
        return True
    names = [row[0] for row in con.execute(_NAMES).fetchall()]
    if player not in names:
        raise BadInput(
            f"player {player}: unknown",
            hint=did_you_mean(player, names, f"featurestore show roster --date {day}"),
            player=player,
        )
    nearest = con.execute(_NEAREST_GAME, values).fetchall()
    command = f"featurestore explain {player} {nearest[0][0]} {feature}" if nearest else ""
    raise BadInput(
        f"{player} on {day}: no game",
        hint=command or f"featurestore gaps explain {player} {day}",
        player=player,
        day=str(day),
    )


_SUMMARY, _INJURIES = quote_table(tables.SUMMARY), quote_table(tables.INJURIES)
_HAS_SUMMARY = sql(
    "SELECT 1 FROM {} WHERE player_lookup = $player AND game_date = $day LIMIT 1", _SUMMARY
)
_IS_LISTED = sql(
    "SELECT 1 FROM {} WHERE player_lookup = $player AND game_date = $day AND report_date <= $day"
    " LIMIT 1",
    _INJURIES,
)
_NAMES = sql("SELECT DISTINCT player_lookup FROM {} ORDER BY 1", _SUMMARY)
_NEAREST_GAME = sql(
    "SELECT game_date FROM {} WHERE player_lookup = $player"
    " ORDER BY abs(game_date - $day::DATE), game_date LIMIT 1",
    _SUMMARY,
)
