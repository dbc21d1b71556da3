"""Rules for results that are not finite: errors in BigQuery, infinities in DuckDB. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.dialect.constructs import name_of
from featurestore.dialect.magnitudes import MAY_OVERFLOW
from featurestore.dialect.nodes import (
    DOUBLE,
    FLOATS,
    call,
    case_of,
    failure,
    is_a,
    number,
    typed_as,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)
_OPERATORS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}


def finite_arithmetic(node: exp.Expr) -> exp.Expr:
    """1e308 * 10 is an error; DuckDB's is infinity, which a comparison or division hides.

    A sum of products is tested once, at its outermost operator: infinity stays infinity or becomes
    NaN on the way there. If an operand may be NULL, each operator is tested.
    """
    if not isinstance(node, _ARITHMETIC) or _is_operand(node):
        return node
    tested = [part for part in _operators(node) if part.meta.get(MAY_OVERFLOW)]
    if not tested:
        return node
    finite = exp.and_(*(call("isfinite", part) for part in tested), copy=False)
    return _where_finite(exp.paren(finite), node, _OPERATORS[type(node)])


def finite_aggregate(node: exp.Expr) -> exp.Expr:
    """SUM beyond FLOAT64 is an error; DuckDB's is infinity.

    DuckDB computes AVG, STDDEV, VARIANCE and COVAR from such sums, BigQuery does not: here they are
    errors as well.
    """
    function = _function(node)
    if not isinstance(function, exp.AggFunc) or not function.meta.get(MAY_OVERFLOW):
        return node
    return _where_finite(call("isfinite", node), node, name_of(function).partition("/")[0])


def _where_finite(finite: exp.Expr, node: exp.Expr, name: str) -> exp.Expr:
    """The node if a condition holds, otherwise the error that its result is not finite."""
    failed = failure(f"{name}: the result is not a finite FLOAT64", DOUBLE)
    return typed_as(case_of((exp.Not(this=finite), failed), default=node), node)


def _function(node: exp.Expr) -> exp.Expr | None:
    """The called function, without its OVER; None for a function inside an OVER clause."""
    if isinstance(node, exp.Window):
        called: exp.Expr = node.this
        return called
    return None if isinstance(node.parent, exp.Window) else node


def _is_operand(node: exp.Expr) -> bool:
    """Whether the operator around the node keeps an infinite value infinite, or makes it NaN."""
    inner, parent = node, node.parent
    while isinstance(parent, exp.Paren | exp.Neg):
        inner, parent = parent, parent.parent
    if not isinstance(parent, _ARITHMETIC) or not is_a(parent, *FLOATS):
        return False
    return not isinstance(parent, exp.Div) or parent.this is inner


def _operators(node: exp.Expr, hidden: bool = True) -> Iterator[exp.Expr]:
    """The operators of a sum of products that must be tested separately."""
    while isinstance(node, exp.Paren | exp.Neg):
        node = node.this
    if not isinstance(node, _ARITHMETIC):
        return
    if hidden:
        yield node
    sides = [node.this] if isinstance(node, exp.Div) else [node.this, node.expression]
    for side in sides:
        other = node.expression if side is node.this else node.this
        yield from _operators(side, hidden=not _is_literal(other))


def _is_literal(node: exp.Expr) -> bool:
    while isinstance(node, exp.Paren | exp.Neg | exp.Cast):
        node = node.this
    return isinstance(node, exp.Literal)


def finite_power(node: exp.Expr) -> exp.Expr:
    """EXP(1000) and POW(-8, 1 / 3) are errors; DuckDB's are infinity and NaN."""
    if not isinstance(node, exp.Exp | exp.Pow):
        return node
    return _where_finite(call("isfinite", node), node, node.key.upper())


def finite_quotient(node: exp.Expr) -> exp.Expr:
    """SAFE_DIVIDE is NULL where the quotient overflows; DuckDB's is infinity.

    A quotient of integers cannot overflow, and neither can one by an integer.
    """
    if not isinstance(node, exp.SafeDivide) or not is_a(node.expression, *FLOATS):
        return node
    if isinstance(node.expression, exp.Literal | exp.Cast) and _is_one_or_more(node.expression):
        return node
    # NULLIF: DuckDB divides constants by zero before it knows which branch is taken.
    divisor = exp.Nullif(this=node.expression.copy(), expression=number(0))
    divided = exp.Div(this=exp.paren(node.this), expression=divisor, typed=False, safe=False)
    return typed_as(case_of((call("isfinite", divided), divided)), node)


def correlation(node: exp.Expr) -> exp.Expr:
    """CORR of one pair is NULL, of a constant column NaN; DuckDB's is NaN for both.

    NaN sorts and compares differently in DuckDB, so here it is an error.
    """
    function = _function(node)
    if not isinstance(function, exp.Corr):
        return node
    pairs: exp.Expr = call("regr_count", function.this, function.expression)
    if isinstance(node, exp.Window):
        pairs, counted = node.copy(), pairs
        pairs.set("this", counted)
    many = exp.GT(this=pairs, expression=number(1))
    failed = failure("CORR: a column is constant, the result is not a number", DOUBLE)
    return typed_as(
        case_of((call("isnan", node), case_of((many, failed))), default=node),
        node,
    )


def _is_one_or_more(node: exp.Expr) -> bool:
    literal = node.this if isinstance(node, exp.Cast) else node
    return isinstance(literal, exp.Literal) and literal.is_number and float(literal.name) >= 1


FLOAT_RULES = (
    finite_arithmetic, finite_aggregate, finite_power, finite_quotient, correlation,
)  # fmt: skip
