"""Comparisons that are refused because a STRUCT or an ARRAY is compared. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.dialect.nodes import is_a

if TYPE_CHECKING:
    from collections.abc import Iterator

_NESTED = {exp.DType.STRUCT: "STRUCT", exp.DType.ARRAY: "ARRAY"}


def nested_comparison(node: exp.Expr) -> tuple[str, str] | None:
    """A NULL inside makes the comparison NULL; DuckDB takes it for a value, equal to another NULL.

    DuckDB also finds fields by their names, GoogleSQL by their places.
    """
    for value in _compared(node):
        for kind, name in _NESTED.items():
            if is_a(value, kind):
                return f"comparison of {name}", "a comparison of each field or element"
    return None


def _compared(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.EQ | exp.NEQ | exp.Nullif):
        yield from (node.this, node.expression)
    elif isinstance(node, exp.NullSafeEQ | exp.NullSafeNEQ):
        if node.this.type != node.expression.type:
            yield from (node.this, node.expression)
    elif isinstance(node, exp.In | exp.Case) and isinstance(node.this, exp.Expr):
        yield node.this
