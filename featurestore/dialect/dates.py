"""Rules for dates and moments. Pure."""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.nodes import DATE, INTEGERS, call, cast_to, is_a, number, typed_as

_MICROSECONDS = {
    "MICROSECOND": 1,
    "MILLISECOND": 1_000,
    "SECOND": 1_000_000,
    "MINUTE": 60_000_000,
    "HOUR": 3_600_000_000,
    "DAY": 86_400_000_000,
}


def date_arithmetic(node: exp.Expr) -> exp.Expr:
    """DATE_ADD, DATE_SUB, DATE_TRUNC of a DATE are DATEs; DuckDB's are TIMESTAMPs."""
    if isinstance(node, exp.DateAdd | exp.DateSub | exp.DateTrunc | exp.DateFromUnixDate):
        return cast_to(node, DATE)
    return node


def date_plus_integer(node: exp.Expr) -> exp.Expr:
    """DATE + INT64 is a DATE; DuckDB adds INTEGER alone."""
    if isinstance(node, exp.Add | exp.Sub) and is_a(node.this, exp.DataType.Type.DATE):
        days = node.expression
        if is_a(days, *INTEGERS) and not isinstance(days, exp.Literal):
            node.set("expression", exp.cast(days, "INTEGER", dialect="duckdb"))
    return node


def timestamp_difference(node: exp.Expr) -> exp.Expr:
    """TIMESTAMP_DIFF counts whole units; DuckDB counts the borders between them."""
    if not isinstance(node, exp.TimestampDiff):
        return node
    size = _MICROSECONDS[node.text("unit").upper()]
    ends = [call("epoch_us", side) for side in (node.this, node.expression)]
    difference = exp.paren(exp.Sub(this=ends[0], expression=ends[1]))
    return typed_as(exp.IntDiv(this=difference, expression=number(size)), node)


def day_of_week(node: exp.Expr) -> exp.Expr:
    """DAYOFWEEK counts 1 to 7 from Sunday; DuckDB's 0 to 6."""
    if isinstance(node, exp.Extract) and node.name.upper() == "DAYOFWEEK":
        return typed_as(exp.paren(exp.Add(this=node, expression=number(1))), node)
    return node


DATE_RULES = (date_arithmetic, date_plus_integer, timestamp_difference, day_of_week)
