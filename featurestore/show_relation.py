"""The rows of one relation, shipped or the user's own, as computed for a range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute.one_relation import (
    create_relations,
    relation_steps,
    require_inputs,
    require_relation,
    rows_sql,
)
from featurestore.definitions import compose, own_files
from sync.duck.quoting import quote, quote_list
from sync.errors import BadInput
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from featurestore.compute.request import ComputeRequest
    from sync.replica.file import Replica

_PLAYERS = "player_season"
"""The relation with the player of each ``player_id`` and ``player_season_id``."""


def show_relation(
    replica: Replica,
    name: str,
    request: ComputeRequest,
    *,
    player: str | None = None,
    own: Sequence[str] = (),
) -> pa.Table:
    """The rows of a relation, ordered by its grain; nothing is written to the replica.

    Args:
        replica: Holds the pulled rows.
        name: The relation, such as ``appearance``.
        request: The dates and options. A relation of earlier games has the rows of the lookback.
        player: A ``player_lookup``: only the rows of this player.
        own: Folders of the user's own relations.

    Raises:
        BadInput: there is no such relation, GoogleSQL's analyzer refuses it, or a player is named
            although its rows belong to none.
        Refused: a date of the range or of its lookback was never pulled, or a scan of the relation
            lacks a bound.
    """
    files = compose.by_name(own_files.relation_files(own))
    grain = require_relation(name, files).header.grain
    roots = [name] if player is None or name == _PLAYERS else [_PLAYERS, name]
    steps = relation_steps(roots, files)
    step = next(step for step in steps if step.name == name)
    condition = Sql("TRUE") if player is None else _of_player(name, step.columns)
    order = quote_list(one for one in grain if one in step.columns)
    with replica.read() as con:
        require_inputs(con, roots, files, request.dates)
        create_relations(con, steps, request)
        return con.sql(
            sql("{} WHERE {} ORDER BY {}", rows_sql(con, step), condition, order or Sql("ALL")),
            params=None if player is None else {"player": player},
        ).to_arrow_table()


def _of_player(name: str, columns: Mapping[str, str]) -> Sql:
    """The condition for the rows of ``$player``."""
    if "player_lookup" in columns:
        return Sql("player_lookup = $player")
    for number in ("player_season_id", "player_id"):
        if number in columns:
            return sql(
                "{number} IN (SELECT {number} FROM {players} WHERE player_lookup = $player)",
                number=quote(number),
                players=quote(_PLAYERS),
            )
    raise BadInput(
        f"relation {name}: its rows belong to no player, so --player cannot select any",
        hint=f"featurestore show {name} without --player",
        relation=name,
    )
