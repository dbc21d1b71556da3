"""What a predicate implies for the columns it names: bounded below, above, or not at all. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlglot import exp

from featurestore.bounds.constant import days_before

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    Key = tuple[int, str]
    """A column: the position of its source in FROM, and its name in lower case."""

K = TypeVar("K", bound="Hashable")
ARRAY = "ARRAY"
# Any eighteen digits fit INT64.
_DIGITS = re.compile("[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Sides:
    """How a column is bounded.

    Attributes:
        lower: No smaller value passes.
        upper: No larger value passes.
        null: NULL passes, and so do rows that an outer join fills with NULLs.
        days: How many days before the start parameter the lower bound is at most; None if it does
            not depend on that parameter.
        constants: What the column is compared with, as GoogleSQL: a value that passes is between
            the least and the greatest of them; ``ARRAY`` for what is not a single value.
    """

    lower: bool = False
    upper: bool = False
    null: bool = True
    days: int | None = None
    constants: frozenset[str] = frozenset()

    def and_(self, other: Sides) -> Sides:
        """Both hold."""
        days = [side.days for side in (self, other) if side.days is not None]
        return Sides(
            self.lower or other.lower,
            self.upper or other.upper,
            self.null and other.null,
            min(days, default=None),
            self.constants | other.constants,
        )

    def or_(self, other: Sides) -> Sides:
        """At least one of the two holds."""
        lower = self.lower and other.lower
        known = lower and self.days is not None and other.days is not None
        return Sides(
            lower,
            self.upper and other.upper,
            self.null or other.null,
            max(self.days or 0, other.days or 0) if known else None,
            self.constants | other.constants,
        )


UNBOUNDED = Sides()
NO_ROW = Sides(lower=True, upper=True, null=False)


@dataclass(frozen=True, slots=True)
class Bounds(Generic[K]):
    """Columns that are bounded, by key; ``empty`` when no row can pass at all."""

    sides: Mapping[K, Sides] = field(default_factory=dict)
    empty: bool = False

    def of(self, key: K) -> Sides:
        """The bounds of one column."""
        return NO_ROW if self.empty else self.sides.get(key, UNBOUNDED)

    def and_(self, other: Bounds[K]) -> Bounds[K]:
        """Both hold."""
        keys = {**self.sides, **other.sides}
        sides = {
            key: self.sides.get(key, UNBOUNDED).and_(other.sides.get(key, UNBOUNDED))
            for key in keys
        }
        return Bounds(sides, self.empty or other.empty)

    def or_(self, other: Bounds[K]) -> Bounds[K]:
        """At least one holds: a bound that only one of them implies is dropped."""
        if self.empty or other.empty:
            return other if self.empty else self
        both = self.sides.keys() & other.sides.keys()
        return Bounds({key: self.sides[key].or_(other.sides[key]) for key in both})


# For each comparison: (bounds below, bounds above, excludes its end); then its negation.
_COMPARISONS: dict[type[exp.Expr], tuple[bool, bool, bool]] = {
    exp.EQ: (True, True, False),
    exp.GTE: (True, False, False),
    exp.GT: (True, False, True),
    exp.LTE: (False, True, False),
    exp.LT: (False, True, True),
}
_NEGATED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.NEQ: exp.EQ,
    exp.GTE: exp.LT,
    exp.GT: exp.LTE,
    exp.LTE: exp.GT,
    exp.LT: exp.GTE,
}
_SWAPPED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.GTE: exp.LTE,
    exp.GT: exp.LT,
    exp.LTE: exp.GTE,
    exp.LT: exp.GT,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads predicates in one place of a statement.

    Attributes:
        resolve: Which column a name means there; None if it is unknown or an outer query's.
        constant: Whether an expression is constant there.
        start_parameter: The parameter that ``Sides.days`` counts from.
    """

    resolve: Callable[[exp.Column], Key | None]
    constant: Callable[[exp.Expr], bool]
    start_parameter: str

    def implied(self, node: exp.Expr | None, *, holds: bool = True) -> Bounds[Key]:
        """What follows when ``node`` is true; or, unless ``holds``, when it is false.

        NOT is pushed inside (De Morgan), which is valid in three-valued logic: NULL stays NULL.
        """
        if isinstance(node, (exp.Paren, exp.Where, exp.Having)):
            return self.implied(node.this, holds=holds)
        if isinstance(node, exp.Not):
            return self.implied(node.this, holds=not holds)
        if isinstance(node, (exp.And, exp.Or)):
            left = self.implied(node.this, holds=holds)
            right = self.implied(node.expression, holds=holds)
            return left.and_(right) if isinstance(node, exp.And) == holds else left.or_(right)
        if isinstance(node, exp.Boolean):
            return Bounds(empty=bool(node.this) != holds)
        return self._atom(node, holds)

    def _atom(self, node: exp.Expr | None, holds: bool) -> Bounds[Key]:
        if isinstance(node, exp.Binary) and not isinstance(node, exp.Is):
            return self._comparison(node, holds)
        if not holds or node is None:
            return Bounds()
        if isinstance(node, exp.Between):
            low, high = node.args["low"], node.args["high"]
            below = self._side(exp.GTE, node.this, low)
            return below.and_(self._side(exp.LTE, node.this, high))
        if isinstance(node, exp.In):
            return self._in(node)
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            key = self._key(node.this)
            return Bounds({key: Sides(lower=True, upper=True)} if key else {})
        return Bounds()

    def _comparison(self, node: exp.Binary, holds: bool) -> Bounds[Key]:
        kind = type(node) if holds else _NEGATED.get(type(node))
        sides = _small_integer(node.this), _small_integer(node.expression)
        if sides[0] is not None and sides[1] is not None and isinstance(node, exp.EQ):
            return Bounds(empty=(sides[0] == sides[1]) != holds)
        if kind not in _COMPARISONS or kind is None:
            return Bounds()
        forward = self._side(kind, node.this, node.expression)
        return forward if forward.sides else self._side(_SWAPPED[kind], node.expression, node.this)

    def _side(self, kind: type[exp.Expr], column: exp.Expr, bound: exp.Expr) -> Bounds[Key]:
        key = self._key(column)
        if key is None or not self.constant(bound):
            return Bounds()
        lower, upper, excluded = _COMPARISONS[kind]
        days = days_before(bound, self.start_parameter) if lower else None
        if days is not None and excluded:
            days -= 1
        constants = frozenset({bound.sql("bigquery")})
        return Bounds({key: Sides(lower, upper, null=False, days=days, constants=constants)})

    def _in(self, node: exp.In) -> Bounds[Key]:
        key, unnest = self._key(node.this), node.args.get("unnest")
        items = list(node.expressions)
        if unnest is not None:
            items = list(unnest.expressions)
        if key is None or not items or node.args.get("query") is not None:
            return Bounds()
        if not all(self.constant(item) for item in items):
            return Bounds()
        first_days = [self._first_day(item) for item in items]
        known = [days for days in first_days if days is not None]
        days = max(known) if len(known) == len(first_days) else None
        constants = frozenset(text for item in items for text in _ends(item))
        sides = Sides(lower=True, upper=True, null=False, days=days, constants=constants)
        return Bounds({key: sides})

    def _first_day(self, item: exp.Expr) -> int | None:
        first = item.args["start"] if isinstance(item, exp.GenerateDateArray) else item
        return days_before(first, self.start_parameter)

    def _key(self, node: exp.Expr) -> Key | None:
        while isinstance(node, exp.Paren):
            node = node.this
        return self.resolve(node) if isinstance(node, exp.Column) else None


def conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    """The parts of a condition that all must hold."""
    if isinstance(node, (exp.Where, exp.Paren, exp.And)):
        for part in (node.this, node.args.get("expression")):
            if part is not None:
                yield from conjuncts(part)
    else:
        yield node


def _ends(item: exp.Expr) -> Iterator[str]:
    """Constants between which the values of an item of IN are."""
    if isinstance(item, exp.GenerateDateArray):
        yield from (item.args[end].sql("bigquery") for end in ("start", "end"))
    elif isinstance(item, exp.Array):
        for one in item.expressions:
            yield from _ends(one)
    else:
        # The parser does not know that the parameter in UNNEST(@days) is an array.
        yield ARRAY if isinstance(item.parent, exp.Unnest) else item.sql("bigquery")


def _small_integer(node: exp.Expr) -> int | None:
    """The value of an INT64 literal in decimal digits; None for anything else.

    Other constants may be equal although they are written differently: 1, 1.0, 1e0 and 0x1.
    """
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Literal) and not node.is_string and _DIGITS.fullmatch(node.name):
        return int(node.name)
    return None
