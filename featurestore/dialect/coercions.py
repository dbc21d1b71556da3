"""GoogleSQL's implicit changes to an expression: types of literals, GROUP BY ALL. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.dialect.nodes import DECIMALS, FLOATS, alternatives, is_a

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCALE, _WHOLE_DIGITS = 9, 29


def numeric_literals(tree: exp.Expr) -> bool:
    """Make FLOAT64 literals in operations with NUMERIC NUMERIC, as GoogleSQL does.

    A literal that NUMERIC cannot hold stays.

    Returns:
        Whether there were any; the types of the expressions around them must be annotated again.
    """
    changed = False
    for node in tree.walk():
        values = _mixed(node)
        if not any(is_a(value, *DECIMALS) for value in values):
            continue
        for value in values:
            literal = _literal(value)
            if literal is not None and is_a(value, *FLOATS):
                text = exp.Literal.string(literal.name)
                literal.replace(exp.cast(text, "NUMERIC", dialect="bigquery"))
                changed = True
    return changed


def _mixed(node: exp.Expr) -> list[exp.Expr]:
    """The operands that are converted to one type."""
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.SafeDivide):
        return [node.this, node.expression]
    return alternatives(node)


def _literal(node: exp.Expr) -> exp.Literal | None:
    """A literal that NUMERIC holds exactly, without a sign around it; otherwise None."""
    while isinstance(node, exp.Paren | exp.Neg):
        node = node.this
    if not isinstance(node, exp.Literal) or node.is_string:
        return None
    integer, _, fraction = node.name.partition(".")
    is_plain = (integer + fraction).isdigit()
    fits = len(fraction.rstrip("0")) <= _SCALE and len(integer) <= _WHOLE_DIGITS
    return node if is_plain and fits else None


def spell_out_group_by_all(tree: exp.Expr) -> None:
    """Write out the columns of GROUP BY ALL, if they are certain: no ``*``, no subquery.

    They are the output columns that name a column and contain neither an aggregate nor a window.
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
            # Only aggregates: one group, as without GROUP BY.
            select.set("group", None)


def _keys(select: exp.Select) -> Iterator[exp.Expr]:
    for item in select.expressions:
        value = item.unalias()
        if value.find(exp.Column) and not value.find(exp.AggFunc, exp.Window):
            yield value.copy()
