"""Rules for results that are no finite FLOAT64: errors in BigQuery, infinities in DuckDB. Pure."""

from __future__ import annotations

from sqlglot import exp

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


def finite_power(node: exp.Expr) -> exp.Expr:
    """EXP(1000) and POW(-8, 1 / 3) are errors; DuckDB's are infinity and NaN."""
    if not isinstance(node, exp.Exp | exp.Pow):
        return node
    failed = failure(f"{node.key.upper()}: the result is not a finite FLOAT64", DOUBLE)
    return typed_as(case_of((exp.Not(this=call("isfinite", node)), failed), default=node), node)


def finite_quotient(node: exp.Expr) -> exp.Expr:
    """SAFE_DIVIDE is NULL where the quotient overflows; DuckDB's is infinity.

    A quotient of integers cannot overflow, nor one by an integer.
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
    """CORR of one pair is NULL, and of a constant column NaN, which no rule here can carry.

    DuckDB's is NaN for both. NaN sorts and compares in other ways there, so it is an error.
    """
    whole = node.this if isinstance(node, exp.Window) else node
    if not isinstance(whole, exp.Corr) or (whole is node and isinstance(node.parent, exp.Window)):
        return node
    pairs: exp.Expr = call("regr_count", whole.this, whole.expression)
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


FLOAT_RULES = (finite_power, finite_quotient, correlation)
