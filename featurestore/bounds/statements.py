"""Walks what statements other than SELECT read: DELETE, UPDATE, MERGE, CREATE, scripts. Pure."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.bounds.predicates import Bounds
from featurestore.bounds.relations import short_key, table_key, with_ctes

if TYPE_CHECKING:
    from featurestore.bounds.predicates import Key
    from featurestore.bounds.scans import Walk


def walk_statement(walk: Walk, tree: exp.Expr) -> None:
    """Note every reading in one statement of a script."""
    if isinstance(tree, exp.Query):
        walk.query(tree, {}, "", Bounds())
    elif isinstance(tree, (exp.Delete, exp.Update)):
        _change(walk, tree)
    elif isinstance(tree, exp.Merge):
        _merge(walk, tree)
    elif isinstance(tree, exp.Declare):
        names = {name.name.lower() for item in tree.expressions for name in item.this}
        walk.nested(tree, {}, "")
        walk.variables |= names
    elif view_query(tree) is not None:
        name, query = table_key(tree.find(exp.Table) or exp.Table()), view_query(tree)
        if query is not None:
            walk.catalog.views[name] = query
    else:
        walk.nested(tree, with_ctes(tree, {}), "")


def view_query(tree: exp.Expr) -> exp.Expr | None:
    """The query of a CREATE VIEW. It reads nothing until the view is read."""
    if not isinstance(tree, exp.Create) or tree.kind != "VIEW":
        return None
    return None if tree.find(exp.MaterializedProperty) else tree.expression


def views_created(trees: list[exp.Expr]) -> dict[str, exp.Expr]:
    """The queries of the views that a script creates, by ``dataset.view``."""
    views = {}
    for tree in trees:
        query, name = view_query(tree), tree.find(exp.Table)
        if query is not None and name is not None:
            views[short_key(table_key(name))] = query
    return views


def _change(walk: Walk, tree: exp.Delete | exp.Update) -> None:
    frame = walk.frame({})
    # DELETE without FROM: sqlglot keeps the target elsewhere.
    for target in tree.args.get("tables") or [tree.this]:
        frame.add(target, [])
    clause = tree.args.get("from_")
    if clause is not None:
        frame.add(clause.this, tree.args.get("joins") or [])
    frame.where(tree.args.get("where"))
    walk.sources(frame, {}, "", frame.bounds(Bounds()))
    for item in (*tree.expressions, *[item.predicate for item in frame.filters]):
        walk.nested(item, {}, "")


def _merge(walk: Walk, tree: exp.Merge) -> None:
    """Each side is read where ON may hold, and where its rows without a match are used."""
    frame = walk.frame({})
    frame.add(tree.this, [])
    frame.add(tree.args["using"], [])
    on = frame.reader.implied(tree.args.get("on"))
    needed: list[list[Bounds[Key]]] = [[on], [on]]
    for when in tree.args["whens"].expressions:
        if not when.args.get("matched"):
            side = 0 if when.args.get("source") else 1
            needed[side].append(frame.reader.implied(when.args.get("condition")))
    sides = []
    for place, alternatives in enumerate(needed):
        common = reduce(Bounds.or_, alternatives)
        columns = {key[1]: value for key, value in common.sides.items() if key[0] == place}
        sides.append(Bounds(columns, common.empty))
    # A USING subquery may be several sources only as a join, which MERGE does not take.
    walk.sources(frame, {}, "", sides + [Bounds()] * (len(frame.sources) - len(sides)))
    for item in (tree.args.get("on"), tree.args["whens"]):
        if item is not None:
            walk.nested(item, {}, "")
