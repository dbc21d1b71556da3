"""Tuples in an IN list: ``(a, b) IN ((1, 2), (3, 4))`` is an OR of ANDs. Pure."""

from __future__ import annotations

from sqlglot import exp

_LITERAL_TYPES = (exp.DType.DATE, exp.DType.TIMESTAMPTZ)


def name_of_tuple(node: exp.Expr) -> str:
    """The tuple's construct; ``""`` if it is part of another one, such as a list or an array."""
    around = node.parent
    if isinstance(around, exp.In) and node is around.this:
        return "tuple in IN" if _is_tuple_list(around) else "tuple"
    return "" if isinstance(around, exp.Array) or _is_tuple_of_list(node) else "tuple"


def spell_out_tuples(tree: exp.Expr) -> None:
    """Compare the parts of tuples in IN lists one by one, in place.

    In DuckDB a NULL in a tuple is a value, equal to another NULL; in GoogleSQL the comparison of
    that part is NULL.
    """
    # Inner ones first, because outer ones copy them.
    for node in reversed(list(tree.find_all(exp.In))):
        if _is_tuple_list(node):
            rows = [_same(node.this.expressions, row.expressions) for row in node.expressions]
            node.replace(exp.Paren(this=_any_of(rows)))


def _is_tuple_list(node: exp.In) -> bool:
    """Whether the left side of IN is a tuple, and its list has tuples of as many literals."""
    rows = node.expressions
    return isinstance(node.this, exp.Tuple) and bool(rows) and all(map(_is_tuple_of_list, rows))


def _is_tuple_of_list(node: exp.Expr) -> bool:
    """Whether a node is one of a list's tuples, of as many literals as the tuple before IN.

    FLOAT64 literals do not count: one among INT64 literals makes a FLOAT64 of every value compared.
    """
    around = node.parent
    return (
        isinstance(node, exp.Tuple)
        and isinstance(around, exp.In)
        and node is not around.this
        and isinstance(around.this, exp.Tuple)
        and len(node.expressions) == len(around.this.expressions)
        and all(map(_is_literal, node.expressions))
    )


def _is_literal(node: exp.Expr) -> bool:
    if isinstance(node, exp.Cast):
        return isinstance(node.this, exp.Literal) and node.to.this in _LITERAL_TYPES
    if isinstance(node, exp.Neg):
        node = node.this
        return isinstance(node, exp.Literal) and node.is_int
    if isinstance(node, exp.Literal):
        return node.is_string or node.is_int
    return isinstance(node, exp.Boolean | exp.Null)


def _same(values: list[exp.Expr], literals: list[exp.Expr]) -> exp.Expr:
    """All parts are equal."""
    parts = [
        exp.EQ(this=exp.Paren(this=value.copy()), expression=literal)
        for value, literal in zip(values, literals, strict=True)
    ]
    return exp.and_(*parts, copy=False)


def _any_of(conditions: list[exp.Expr]) -> exp.Expr:
    """A balanced tree of ORs, so that a long list does not nest deeply."""
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    first, second = _any_of(conditions[:half]), _any_of(conditions[half:])
    return exp.Or(this=exp.Paren(this=first), expression=exp.Paren(this=second))
