"""Whether a text feeds features, so that its aggregates can leak. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore.bounds.script import parse_script

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


def feeds_features(sql: str, entities: AbstractSet[str]) -> bool:
    """Whether a statement writes a table or view, or selects rows by entity, such as a player.

    Counts, rates and averages over all players, or by date, season or team, as in monitoring, do
    not feed features. ``SELECT *`` may include an entity's key, and counts as one.

    Args:
        sql: One statement or a script.
        entities: Names of the columns that are an entity's keys, lower case.
    """
    try:
        trees = parse_script(sql, broken=[])
    except SqlglotError:
        return True
    return any(_feeds(tree, entities) for tree in trees)


def _feeds(tree: exp.Expr, entities: AbstractSet[str]) -> bool:
    if not isinstance(tree, exp.Query):
        return isinstance(tree, (exp.Insert, exp.Merge, exp.Create, exp.Update))
    query: exp.Expr = tree
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if not isinstance(query, exp.Select):
        return True
    return query.is_star or any(_is_key(item, entities) for item in query.expressions)


def _is_key(item: exp.Expr, entities: AbstractSet[str]) -> bool:
    """Whether an output column is an entity's key, even under another name."""
    inner = item.this if isinstance(item, exp.Alias) else item
    names = {item.alias_or_name.lower(), inner.name.lower()}
    return bool(names & entities) and not isinstance(inner, exp.AggFunc)
