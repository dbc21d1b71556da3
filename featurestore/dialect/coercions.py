"""What GoogleSQL makes of an expression before it means anything: literals, GROUP BY ALL. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.dialect.nodes import DECIMALS, FLOATS, alternatives, is_a

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCALE, _WHOLE_DIGITS = 9, 29


def numeric_literals(tree: exp.Expr) -> bool:
    """Make NUMERIC the FLOAT64 literals beside NUMERIC, as GoogleSQL does; whether there were any.

    The types of what holds them have to be found again. A literal that NUMERIC cannot hold stays.
    """
    found = False
    for node in tree.walk():
        values = _mixed(node)
        if not any(is_a(value, *DECIMALS) for value in values):
            continue
        for value in values:
            literal = _literal(value)
            if literal is not None and is_a(value, *FLOATS):
                text = exp.Literal.string(literal.name)
                literal.replace(exp.cast(text, "NUMERIC", dialect="bigquery"))
                found = True
    return found


def _mixed(node: exp.Expr) -> list[exp.Expr]:
    """The operands that get one type."""
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.SafeDivide):
        return [node.this, node.expression]
    return alternatives(node)


def _literal(node: exp.Expr) -> exp.Literal | None:
    """A literal that NUMERIC holds exactly, a sign around it left out."""
    while isinstance(node, exp.Paren | exp.Neg):
        node = node.this
    if not isinstance(node, exp.Literal) or node.is_string:
        return None
    whole, _, fraction = node.name.partition(".")
    is_plain = (whole + fraction).isdigit()
    fits = len(fraction.rstrip("0")) <= _SCALE and len(whole) <= _WHOLE_DIGITS
    return node if is_plain and fits else None


def spell_out_group_by_all(tree: exp.Expr) -> None:
    """Write the columns that GROUP BY ALL means, where that is plain: no ``*``, no subquery.

    They are the output columns that name a column and hold no aggregate and no window.
    """
    for select in tree.find_all(exp.Select):
        group = select.args.get("group")
        if group is None or not group.args.get("all"):
            continue
        if any(item.is_star or item.find(exp.Query) for item in select.expressions):
            continue
        keys = list(_keys(select))
        if keys:
            group.set("all", None)
            group.set("expressions", keys)
        elif any(item.find(exp.AggFunc) for item in select.expressions):
            # Aggregates alone: one group, as without it.
            select.set("group", None)


def _keys(select: exp.Select) -> Iterator[exp.Expr]:
    for item in select.expressions:
        value = item.unalias()
        if value.find(exp.Column) and not value.find(exp.AggFunc, exp.Window):
            yield value.copy()
