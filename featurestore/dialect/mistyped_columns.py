"""Constructs that are refused because a column's type is unknown. Pure."""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.constructs import name_of
from featurestore.dialect.nodes import is_of_unknown_type

# Their result is one of their arguments, so its type is unknown, too.
_PASSING = (
    exp.AnyValue, exp.Case, exp.Coalesce, exp.FirstValue, exp.Greatest, exp.If, exp.IgnoreNulls,
    exp.Lag, exp.LastValue, exp.Lead, exp.Least, exp.Max, exp.Min, exp.NthValue, exp.Nullif,
    exp.Paren, exp.RespectNulls, exp.Window,
)  # fmt: skip
# What is made of these depends on the type: AVG of NUMERIC is not AVG of FLOAT64.
_TYPED = (
    exp.Add, exp.Avg, exp.Cast, exp.Ceil, exp.Concat, exp.Div, exp.DPipe, exp.Floor, exp.IntDiv,
    exp.Mod, exp.Mul, exp.Neg, exp.PercentileCont, exp.Round, exp.SafeDivide, exp.Sign, exp.Sub,
    exp.Sum,
)  # fmt: skip


def unknown_type(node: exp.Expr) -> tuple[str, str] | None:
    """An operand of unknown type on which the operator's meaning depends."""
    if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
        return None
    if not is_of_unknown_type(node):
        return None
    parent = node.parent
    while isinstance(parent, _PASSING):
        parent = parent.parent
    if not isinstance(parent, _TYPED):
        return None
    what = name_of(parent).partition("/")[0] or "/"
    return f"{what} of {node.name}, whose type is unknown", "a subquery that casts it to a type"
