"""Clocks: whether a query reads only rows that were known before the game. Pure.

A clock is a condition that holds for rows known before the game: ``snapshot_at < game_time`` bounds
a time from above, ``minutes_before_tipoff > 0`` a duration from below.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore.bounds.predicates import conjuncts
from featurestore.lint.shapes import Clock
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from featurestore.lint.shapes import Place

# Whether the column is the smaller side, and whether the two may not be equal.
_DIRECTIONS: dict[type[exp.Expr], tuple[bool, bool]] = {
    exp.LT: (True, True),
    exp.LTE: (True, False),
    exp.GT: (False, True),
    exp.GTE: (False, False),
}
_FORWARD = (exp.Add, exp.DateAdd, exp.TimestampAdd, exp.DatetimeAdd)
_BACK = (exp.Sub, exp.DateSub, exp.TimestampSub, exp.DatetimeSub)


@lru_cache(maxsize=256)
def clock_of(condition: str) -> Clock:
    """The clock of a condition.

    Raises:
        BadInput: it is not a column, one of ``< <= > >=``, and a column or number.
    """
    try:
        tree: exp.Expr = sqlglot.parse_one(condition, read="bigquery")
    except SqlglotError:
        tree = exp.null()
    direction = _DIRECTIONS.get(type(tree))
    column = tree.this if isinstance(tree, exp.Binary) else None
    limit = _number(tree.expression) if isinstance(tree, exp.Binary) else None
    known = limit is not None or isinstance(tree.args.get("expression"), exp.Column)
    if direction is None or not isinstance(column, exp.Column) or not known:
        raise BadInput(
            f"clock {condition!r}: is not a comparison of a column with a column or number",
            hint="write it as in: snapshot_at < game_time, or minutes_before_tipoff > 0",
            clock=condition,
        )
    return Clock(column.name.lower(), *direction, limit, condition)


def is_bounded(place: Place, index: int, clock: Clock) -> bool:
    """Whether a SELECT reads of its source ``index`` only rows known before the game."""
    for node in _conditions(place):
        if clock.limit is not None and _is_listed(node, place, index, clock):
            return True
        for smaller, larger, equal in comparisons(node):
            ours, bound = (smaller, larger) if clock.is_upper else (larger, smaller)
            if _reads_clock(ours, place, index) and _is_early(bound, place, clock, equal=equal):
                return True
    return False


def comparisons(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr, bool]]:
    """The comparisons that a predicate implies, as (smaller, larger, may be equal)."""
    if isinstance(node, (exp.LT, exp.LTE)):
        yield node.this, node.expression, isinstance(node, exp.LTE)
    elif isinstance(node, (exp.GT, exp.GTE)):
        yield node.expression, node.this, isinstance(node, exp.GTE)
    elif isinstance(node, exp.Between):
        yield node.this, node.args["high"], True
        yield node.args["low"], node.this, True


def _conditions(place: Place) -> Iterator[exp.Expr]:
    """The conditions of WHERE and ON, and those of ``IF(snapshot_at < game_time, …)``."""
    yield from place.predicates()
    for branch in place.select.find_all(exp.If):
        if branch.parent_select is place.select:
            yield from conjuncts(branch.this)


def _reads_clock(node: exp.Expr, place: Place, index: int) -> bool:
    return any(
        place.kind_of(column) == "clock" and place.source_of(column) == index
        for column in node.find_all(exp.Column)
    )


def _is_early(bound: exp.Expr, place: Place, clock: Clock, *, equal: bool) -> bool:
    """Whether ``clock < bound``, or ``<=`` if ``equal``, admits only rows known before the game."""
    if clock.limit is not None:
        return isinstance(bound, exp.Parameter) or _is_within(bound, clock, equal=equal)
    kinds = {place.kind_of(column) for column in bound.find_all(exp.Column)}
    if "clock" in kinds:
        return False
    if not kinds:
        # A parameter or literal: before it, or up to it if no game is earlier than it.
        return not equal or (not clock.strict and _games_are_not_before(bound, place))
    # A time computed from the game's: `date + n` is after the game, `date - n` before it.
    if bound.find(*_FORWARD):
        return not equal and not clock.strict
    return not equal or not clock.strict or bound.find(*_BACK) is not None


def _is_within(bound: exp.Expr, clock: Clock, *, equal: bool) -> bool:
    """Whether a number is on the early side of a clock's limit."""
    value, limit = _number(bound), clock.limit
    if value is None or limit is None:
        return False
    if value == limit:
        return not equal or not clock.strict
    return (value < limit) == clock.is_upper


def _is_listed(node: exp.Expr, place: Place, index: int, clock: Clock) -> bool:
    """Whether ``= 60`` or ``IN (30, 60)`` admits only early rows."""
    if isinstance(node, exp.EQ):
        listed = [node.expression]
    elif isinstance(node, exp.In):
        listed = node.expressions
    else:
        return False
    early = [_is_within(one, clock, equal=True) for one in listed]
    return bool(early) and all(early) and _reads_clock(node.this, place, index)


def _games_are_not_before(bound: exp.Expr, place: Place) -> bool:
    """Whether a condition requires the games to be on the date ``bound`` or later."""
    bound_sql = bound.sql()
    for node in _conditions(place):
        pairs = [(smaller, larger) for smaller, larger, _ in comparisons(node)]
        if isinstance(node, exp.EQ):
            pairs += [(node.this, node.expression), (node.expression, node.this)]
        for earlier, later in pairs:
            is_date = isinstance(later, exp.Column) and place.kind_of(later) == "date"
            if is_date and earlier.sql() == bound_sql:
                return True
    return False


def _number(node: exp.Expr | None) -> float | None:
    sign = 1.0
    while isinstance(node, exp.Paren | exp.Neg):
        sign, node = (-sign if isinstance(node, exp.Neg) else sign), node.this
    is_number = isinstance(node, exp.Literal) and node.is_number
    return sign * float(node.name) if is_number and node is not None else None
