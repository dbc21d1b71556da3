"""How large a number can be, from types, literals and columns: where FLOAT64 may overflow. Pure.

An INT64 has at most 19 digits and a NUMERIC 29 before the point, so sums, products and quotients of
a few of them stay far below 10^308. A FLOAT64 column of a table may have any value.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from featurestore.dialect.nodes import DECIMALS, FLOATS, INTEGERS, alternatives, is_a

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAY_OVERFLOW = "may_overflow"
"""Key of a node's ``meta``: whether finite operands may yield infinity or NaN in DuckDB."""


class Magnitude(NamedTuple):
    """Limits of a number's absolute value, as powers of ten.

    Attributes:
        large: Its absolute value is below 10^large.
        small: If it is not 0, its absolute value is at least 10^-small.
    """

    large: float
    small: float


UNKNOWN = Magnitude(999.0, 999.0)
_INTEGER, _DECIMAL = Magnitude(19.0, 0.0), Magnitude(29.0, 9.0)
_MOST, _ROWS = 308.0, 13.0
# The difference of two doubles has at least the last digit of one of them.
_LAST_DIGIT = 16.0
_SAME = (
    exp.Abs, exp.Alias, exp.AnyValue, exp.Avg, exp.FirstValue, exp.IgnoreNulls, exp.Lag,
    exp.LastValue, exp.Lead, exp.Max, exp.Min, exp.Neg, exp.NthValue, exp.Nullif, exp.Paren,
    exp.PercentileCont, exp.RespectNulls, exp.Window,
)  # fmt: skip
_WHOLE = (exp.Ceil, exp.Floor, exp.Round)
_SQUARES = (
    exp.CovarPop, exp.CovarSamp, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance,
    exp.VariancePop,
)  # fmt: skip
_QUOTIENTS = (exp.Div, exp.SafeDivide)
_MARKED = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Sum, exp.Avg, *_SQUARES)


def mark_overflows(
    tree: exp.Query, known: Mapping[str, Mapping[str, Magnitude]]
) -> dict[str, Magnitude]:
    """Mark the FLOAT64 operators and aggregates of a statement that may overflow.

    Args:
        tree: With every name resolved and every type annotated.
        known: Relation to FLOAT64 column to magnitude, where one is known.

    Returns:
        The magnitudes of the statement's FLOAT64 output columns.
    """
    sizes = _Magnitudes(tree, known)
    for node in tree.find_all(*_MARKED):
        if is_a(node, *FLOATS):
            node.meta[MAY_OVERFLOW] = sizes.computed(node).large >= _MOST
    return {one.alias_or_name: sizes.output(tree, one.alias_or_name) for one in tree.selects}


class _Magnitudes:
    """Magnitudes of one statement's expressions, each computed once."""

    def __init__(self, tree: exp.Query, known: Mapping[str, Mapping[str, Magnitude]]) -> None:
        self._known, self._found = known, dict[int, Magnitude]()
        self._scopes = {id(scope.expression): scope for scope in traverse_scope(tree)}
        self._of_column: dict[int, Scope] = {}
        for scope in self._scopes.values():
            for column in scope.columns:
                self._of_column.setdefault(id(column), scope)

    def output(self, query: exp.Expr, name: str) -> Magnitude:
        """The magnitude of an output column of a query; of a UNION, of all its arms."""
        while isinstance(query, exp.Subquery):
            query = query.this
        if isinstance(query, exp.SetOperation):
            names = [one.alias_or_name for one in query.left.selects]
            right = [one.alias_or_name for one in query.right.selects]
            if name not in names or len(names) != len(right):
                return UNKNOWN
            other = self.output(query.right, right[names.index(name)])
            return _largest([self.output(query.left, name), other])
        chosen = [one for one in getattr(query, "selects", []) if one.alias_or_name == name]
        return self.of(chosen[0]) if len(chosen) == 1 else UNKNOWN

    def of(self, node: exp.Expr) -> Magnitude:
        """The magnitude of an expression's value."""
        if id(node) not in self._found:
            # Inside a relation that reads itself its own magnitude is unknown.
            self._found[id(node)] = UNKNOWN
            value = self._value(node)
            self._found[id(node)] = UNKNOWN if max(value) >= _MOST else value
        return self._found[id(node)]

    def _value(self, node: exp.Expr) -> Magnitude:
        if isinstance(node, exp.Literal) and node.is_number:
            return _of_literal(float(node.name))
        by_type = _of_type(node)
        if by_type is not None:
            return by_type
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, (*_MARKED, exp.SafeDivide)):
            return self.computed(node)
        if isinstance(node, _WHOLE):
            digits = node.args.get("decimals")
            places = float(digits.name) if isinstance(digits, exp.Literal) else 0.0
            return Magnitude(self.of(node.this).large + 1, places)
        if isinstance(node, exp.Sqrt):
            inner = self.of(node.this)
            return Magnitude(inner.large / 2, inner.small / 2)
        return _largest(self.of(part) for part in _one_of(node))

    def computed(self, node: exp.Expr) -> Magnitude:
        """The magnitude of DuckDB's result of an operator or aggregate, before any check."""
        left = self.of(node.this)
        if isinstance(node, _SQUARES):
            right = self.of(node.expression) if node.args.get("expression") else left
            large, small = max(left.large, right.large), max(left.small, right.small)
            return Magnitude(2 * large + _ROWS, 2 * (small + _LAST_DIGIT))
        if isinstance(node, (exp.Sum, exp.Avg)):
            return Magnitude(left.large + _ROWS, left.small + _LAST_DIGIT + _ROWS)
        right = self.of(node.expression)
        if isinstance(node, _QUOTIENTS):
            return Magnitude(left.large + right.small, left.small + right.large)
        if isinstance(node, exp.Mul):
            return Magnitude(left.large + right.large, left.small + right.small)
        return Magnitude(
            max(left.large, right.large) + 1, max(left.small, right.small) + _LAST_DIGIT
        )

    def _column(self, node: exp.Column) -> Magnitude:
        scope = self._of_column.get(id(node))
        while scope is not None and node.table not in scope.sources:
            scope = scope.parent
        source = None if scope is None else scope.sources[node.table]
        if isinstance(source, Scope):
            return self.output(source.expression, node.name)
        if isinstance(source, exp.Table):
            name = f"{source.db}.{source.name}" if source.db else source.name
            return self._known.get(name, {}).get(node.name, UNKNOWN)
        return UNKNOWN


def _of_type(node: exp.Expr) -> Magnitude | None:
    if is_a(node, *INTEGERS):
        return _INTEGER
    if is_a(node, *DECIMALS):
        return _DECIMAL
    return Magnitude(0.0, 0.0) if isinstance(node, exp.Null) else None


def _one_of(node: exp.Expr) -> list[exp.Expr]:
    """The expressions one of which is the value, ignoring its sign; empty if that is unknown."""
    if isinstance(node, _SAME):
        return [node.this]
    if isinstance(node, exp.Cast):
        from_number = _of_type(node.this) is not None or is_a(node.this, *FLOATS)
        return [node.this] if from_number else []
    return alternatives(node)


def _of_literal(value: float) -> Magnitude:
    if not value:
        return Magnitude(0.0, 0.0)
    digits = math.log10(value)
    return Magnitude(max(digits, 0.0) + 1, max(-digits, 0.0) + 1)


def _largest(magnitudes: Iterable[Magnitude]) -> Magnitude:
    all_of_them = list(magnitudes) or [UNKNOWN]
    return Magnitude(max(one.large for one in all_of_them), max(one.small for one in all_of_them))
