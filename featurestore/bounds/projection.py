"""Which bounds on a SELECT's output also bound its sources. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.bounds.predicates import Bounds, Reader
from featurestore.bounds.relations import excepted, replaced, star_of

if TYPE_CHECKING:
    from featurestore.bounds.frame import Frame
    from featurestore.bounds.predicates import Key


def passed_inward(select: exp.Select, frame: Frame, outer: Bounds[str]) -> Bounds[Key]:
    """Bounds on output columns, and those of HAVING, as bounds on the columns of the sources."""
    keys = _group_keys(select, frame)
    having = Reader(
        lambda column: _in_having(column, select, frame),
        frame.reader.constant,
        frame.reader.start_parameter,
    ).implied(select.args.get("having"))
    passed: Bounds[Key] = Bounds()
    if not _is_opaque(select):
        sides = {}
        for name, side in outer.sides.items():
            key = _source_column(select, frame, name)
            if key is not None:
                sides[key] = side
        passed = Bounds(sides, outer.empty and keys is None)
    if keys is None:
        return passed
    both = Bounds(having.sides).and_(passed)
    return Bounds({key: side for key, side in both.sides.items() if key in keys})


def _is_opaque(select: exp.Select) -> bool:
    """Whether an outer filter cannot be pushed into the SELECT.

    A window needs rows that the filter would drop; SELECT AS STRUCT hides its columns.
    """
    if select.args.get("kind") or select.args.get("qualify") is not None:
        return True
    order = select.args.get("order")
    items = [*select.expressions, *([order] if order is not None else [])]
    windows = (window for item in items for window in item.find_all(exp.Window))
    return any(window.parent_select is select for window in windows)


def _source_column(select: exp.Select, frame: Frame, name: str) -> Key | None:
    """The source's column that output column ``name`` is an unchanged copy of."""
    plain = _item(select, name)
    if plain is not None:
        return _plain_key(plain, frame)
    for item in select.expressions:
        if not item.is_star:
            continue
        star, of = star_of(item)
        if name in excepted(star) or name in replaced(star):
            continue
        key = frame.resolve_name(name, of)
        if key is not None and frame.sources[key[0]].columns.has(name) is not False:
            return key
    return None


def _item(select: exp.Select, name: str) -> exp.Expr | None:
    named = (item for item in select.expressions if not item.is_star)
    return next((item for item in named if item.alias_or_name.lower() == name), None)


def _plain_key(item: exp.Expr, frame: Frame) -> Key | None:
    while isinstance(item, (exp.Alias, exp.Paren)):
        item = item.this
    return frame.resolve(item) if isinstance(item, exp.Column) else None


def _in_having(column: exp.Column, select: exp.Select, frame: Frame) -> Key | None:
    """A column in HAVING, which may name an alias of the select list."""
    item = None if column.table else _item(select, column.name.lower())
    return frame.resolve(column) if item is None else _plain_key(item, frame)


def _group_keys(select: exp.Select, frame: Frame) -> frozenset[Key] | None:
    """The plain columns in GROUP BY; None without GROUP BY. ROLLUP, CUBE and sets have none."""
    group = select.args.get("group")
    if group is None:
        return None
    items: list[exp.Expr | None] = list(group.expressions)
    if group.args.get("all"):
        items = list(select.expressions)
    keys = set()
    for item in items:
        grouped = item
        if isinstance(item, exp.Literal) and item.is_int:
            # A position out of range, which BigQuery refuses, groups by no column.
            place = int(item.name)
            in_range = 0 < place <= len(select.expressions)
            grouped = select.expressions[place - 1] if in_range else None
        elif isinstance(item, exp.Column) and not item.table:
            grouped = _item(select, item.name.lower()) or item
        key = _plain_key(grouped, frame) if grouped is not None else None
        if key is not None:
            keys.add(key)
    return frozenset(keys)
