"""Precedence of operators: parentheses are written wherever DuckDB may disagree. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator

# These have the same precedence in both languages, in this order, and group from left to right.
_STANDARD: dict[type[exp.Expr], int] = {exp.Add: 1, exp.Sub: 1, exp.Mul: 2, exp.Div: 2}
_BITS = (
    exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseLeftShift, exp.BitwiseRightShift,
)  # fmt: skip
_OTHER = (*_BITS, exp.IntDiv, exp.Mod, exp.DPipe)
_PREFIX = (exp.Neg, exp.BitwiseNot)


def parenthesize(tree: exp.Expr) -> None:
    """Put parentheses around operators that are operands of others, in place.

    A function of GoogleSQL may be an operator in DuckDB, which would then bind differently:
    ``DIV(a - b, c)`` would become ``a - b // c``.
    """
    for node in list(tree.find_all(*_STANDARD, *_OTHER)):
        if isinstance(node.parent, (*_STANDARD, *_OTHER, *_PREFIX)) and not _binds_closer(node):
            around = exp.Paren()
            node.replace(around)
            # The node itself and no copy: its own operands are among the nodes.
            around.set("this", node)


def mixed_bits(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Bit operators mixed without parentheses, which the parser groups from left to right.

    In GoogleSQL ``1 | 2 & 4`` is ``1 | (2 & 4)``.
    """
    for node in tree.find_all(*_BITS):
        if isinstance(node.parent, _BITS) and type(node.parent) is not type(node):
            yield node


def _binds_closer(node: exp.Expr) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if type(node) is type(parent) and node is parent.this:
        # Every operator groups from left to right: a | b | c is (a | b) | c.
        return True
    if type(node) not in _STANDARD or type(parent) not in _STANDARD:
        return False
    own, around = _STANDARD[type(node)], _STANDARD[type(parent)]
    return own > around or (own == around and node is parent.this)
