"""The rows of one relation of ``sql/features``, as they are when a range is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.compute.local import require_pulled
from featurestore.compute.relations import translated
from featurestore.definitions import compose, sql_files, tables
from sync.duck import connections
from sync.duck.quoting import quote, quote_list
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from featurestore.compute.request import ComputeRequest
    from sync.replica.file import Replica

_PLAYERS = "player_season"
"""The relation that knows the player of each ``player_id`` and ``player_season_id``."""


def show_relation(
    replica: Replica, name: str, request: ComputeRequest, *, player: str | None = None
) -> pa.Table:
    """The rows of a relation, ordered by its grain; nothing is written to the replica.

    Args:
        replica: Holds the pulled rows.
        name: The relation, such as ``appearance``.
        request: The dates and options. A relation of earlier games has the rows of the lookback.
        player: A ``player_lookup``: only the rows of this player.

    Raises:
        BadInput: there is no such relation, or its rows belong to no player and one was named.
        Refused: a date of the range or of its lookback was never pulled.
    """
    files = compose.by_name(sql_files.load("features"))
    if name not in files:
        raise BadInput(
            f"{name}: no such relation in sql/features",
            hint=f"the relations are {', '.join(files)}",
            relation=name,
        )
    roots = [name] if player is None or name == _PLAYERS else [_PLAYERS, name]
    steps = translated(
        roots, files.values(), columns=tables.column_types(), parameters=plan.PARAMETERS
    )
    columns = next(step.columns for step in steps if step.name == name)
    condition = "" if player is None else f" WHERE {_of_player(name, columns)}"
    order = quote_list(one for one in files[name].header.grain if one in columns)
    values = {**plan.DEFAULTS, **request.parameters()}
    with replica.read() as con:
        require_pulled(con, request.dates)
        for step in steps:
            connections.run(con, step.create_sql, step.chosen(values))
        return con.sql(
            f"SELECT * FROM {quote(name)}{condition} ORDER BY {order or 'ALL'}",
            params=None if player is None else {"player": player},
        ).to_arrow_table()


def _of_player(name: str, columns: Mapping[str, str]) -> str:
    """The condition for the rows of ``$player``."""
    if "player_lookup" in columns:
        return "player_lookup = $player"
    for number in ("player_season_id", "player_id"):
        if number in columns:
            return (
                f"{number} IN (SELECT {number} FROM {quote(_PLAYERS)}"
                " WHERE player_lookup = $player)"
            )
    raise BadInput(
        f"{name}: its rows belong to no player, --player cannot choose among them",
        hint=f"featurestore show {name} without --player",
        relation=name,
    )
