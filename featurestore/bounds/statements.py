"""Walks the scans of statements other than SELECT: DELETE, UPDATE, MERGE, CREATE, scripts. Pure."""

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
    """Add every scan in one statement of a script."""
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
    """The query of a CREATE VIEW, which is walked only where the view is read; otherwise None."""
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
    # In a DELETE without FROM, sqlglot puts the target into "tables".
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
    """Each side needs the rows for which ON may hold, and the unmatched rows that a WHEN uses."""
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
    # There are more than two sources only if USING is a join, which MERGE does not allow.
    walk.sources(frame, {}, "", sides + [Bounds()] * (len(frame.sources) - len(sides)))
    for item in (tree.args.get("on"), tree.args["whens"]):
        if item is not None:
            walk.nested(item, {}, "")
