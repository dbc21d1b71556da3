"""Rules for quotients of NUMERIC, which are DOUBLE in DuckDB. Pure.

NUMERIC counts in units of 10^-9, so a quotient is computed from 128-bit integers and rounded half
away from zero. A dividend above 8 * 10^19 overflows and is an error.
"""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.nodes import DECIMALS, FLOATS, NUMERIC, call, is_a, number, typed_as


def numeric_quotient(node: exp.Expr) -> exp.Expr:
    """A quotient of NUMERICs has nine decimals; with SAFE_DIVIDE it is NULL for zero."""
    if not isinstance(node, exp.Div | exp.SafeDivide):
        return node
    sides = (node.this, node.expression)
    if not any(is_a(side, *DECIMALS) for side in sides) or any(is_a(s, *FLOATS) for s in sides):
        return node
    return typed_as(_divided(*sides, safe=isinstance(node, exp.SafeDivide)), node)


def numeric_average(node: exp.Expr) -> exp.Expr:
    """AVG of NUMERIC is the sum divided by the count, with nine decimals."""
    average = node.this if isinstance(node, exp.Window) else node
    if not isinstance(average, exp.Avg) or not is_a(average, *DECIMALS):
        return node
    if average is node and isinstance(node.parent, exp.Window):
        return node
    total, count = exp.Sum(this=average.this.copy()), exp.Count(this=average.this.copy())
    if isinstance(node, exp.Window):
        windows = node.copy(), node.copy()
        for window, function in zip(windows, (total, count), strict=True):
            window.set("this", function)
        return typed_as(_divided(*windows, safe=True), node)
    return typed_as(_divided(total, count, safe=True), node)


def _divided(dividend: exp.Expr, divisor: exp.Expr, *, safe: bool) -> exp.Expr:
    above, below = _units(dividend), _units(divisor)
    if safe:
        below = exp.Nullif(this=below, expression=number(0))
    half_more = exp.Add(
        this=exp.Mul(this=number(2 * 10**9), expression=call("abs", above)),
        expression=call("abs", below),
    )
    double = exp.Mul(this=number(2), expression=call("abs", below))
    size = exp.IntDiv(this=exp.paren(half_more), expression=exp.paren(double))
    sign = exp.Mul(this=call("sign", above), expression=call("sign", below))
    rounded = exp.Mul(this=exp.paren(size), expression=exp.paren(sign))
    units = exp.cast(rounded, "DECIMAL(38, 0)", dialect="duckdb")
    unit = exp.cast(exp.Literal.string("0.000000001"), "DECIMAL(9, 9)", dialect="duckdb")
    return exp.Cast(this=exp.Mul(this=units, expression=unit), to=NUMERIC.copy())


def _units(value: exp.Expr) -> exp.Expr:
    """The number of 10^-9 in a value: its text as NUMERIC, without the point."""
    text = exp.cast(exp.Cast(this=value.copy(), to=NUMERIC.copy()), "VARCHAR", dialect="duckdb")
    digits = call("replace", text, exp.Literal.string("."), exp.Literal.string(""))
    return exp.cast(digits, "HUGEINT", dialect="duckdb")


QUOTIENT_RULES = (numeric_quotient, numeric_average)
