"""Whether a text feeds features, so that the aggregates in it can leak. Pure."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore.bounds.script import parse_script

# What a row of features is about.
_KEYS = frozenset({"player_lookup", "universal_player_id"})


def feeds_features(sql: str) -> bool:
    """Whether a statement writes a table or view, or selects rows by player.

    Counts, rates and averages over all players, or by date, season or team, as monitoring reads
    them, feed nothing. ``SELECT *`` may hold a player's key, so that it counts as one.
    """
    try:
        trees = parse_script(sql, broken=[])
    except SqlglotError:
        return True
    return any(_feeds(tree) for tree in trees)


def _feeds(tree: exp.Expr) -> bool:
    if not isinstance(tree, exp.Query):
        return isinstance(tree, (exp.Insert, exp.Merge, exp.Create, exp.Update))
    query: exp.Expr = tree
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if not isinstance(query, exp.Select):
        return True
    return query.is_star or any(_is_by_player(item) for item in query.expressions)


def _is_by_player(item: exp.Expr) -> bool:
    """Whether an output column is a player's key, whatever its name there."""
    inner = item.this if isinstance(item, exp.Alias) else item
    names = {item.alias_or_name.lower(), inner.name.lower()}
    return bool(names & _KEYS) and not isinstance(inner, exp.AggFunc)
