"""Limits for the length and depth of a GoogleSQL statement. Pure.

The parser and every walk over its tree recurse: without limits, a generated statement would end in
Python's ``RecursionError``, or at DuckDB's limit of 1,000 levels.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot.tokenizer_core import TokenType

from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlglot.tokenizer_core import Token

MOST_LEVELS = 100
"""Levels of parentheses, brackets and CASE."""

MOST_TERMS = 500
"""Operators in one expression, or arms of one UNION; elements of a list are not counted."""

# The parser needs some twenty frames for a level; a walk, up to four for a term.
_FRAMES = 5_000

_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.END})
_ARMS = frozenset({TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT})
_OPERATORS = frozenset({
    TokenType.AMP, TokenType.AND, TokenType.CARET, TokenType.DASH, TokenType.DCOLON,
    TokenType.DIV, TokenType.DOT, TokenType.DPIPE, TokenType.EQ, TokenType.GT, TokenType.GTE,
    TokenType.IS, TokenType.JOIN, TokenType.LT, TokenType.LTE, TokenType.NEQ, TokenType.NOT,
    TokenType.OR, TokenType.PIPE, TokenType.PLUS, TokenType.SLASH, TokenType.STAR,
    TokenType.TILDE, TokenType.XOR,
})  # fmt: skip


def require_size(tokens: Iterable[Token]) -> None:
    """Refuse a statement that is too deep or too long; linear in its tokens.

    Raises:
        Refused: names the limit.
    """
    levels = [_Level()]
    for token in tokens:
        kind = token.token_type
        if kind in _OPENING:
            levels.append(_Level())
            if len(levels) > MOST_LEVELS + 1:
                raise _refused(f"is nested more than {MOST_LEVELS} levels deep", token.line)
        elif kind in _CLOSING and len(levels) > 1:
            levels.pop()
        elif kind == TokenType.SEMICOLON:
            levels = [_Level()]
        else:
            levels[-1].count(token)


@dataclass(slots=True)
class _Level:
    """The text between one pair of parentheses, so far."""

    operators: int = 0
    arms: int = 0

    def count(self, token: Token) -> None:
        kind = token.token_type
        if kind in _OPERATORS:
            self.operators += 1
        elif kind in _ARMS:
            self.arms += 1
        elif kind == TokenType.COMMA:
            self.operators = 0
        if self.operators > MOST_TERMS:
            raise _refused(f"has more than {MOST_TERMS} operators in one expression", token.line)
        if self.arms >= MOST_TERMS:
            raise _refused(f"has more than {MOST_TERMS} arms in one UNION", token.line)


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow the recursion that the limits need; refuse a statement that needs more.

    Python's limit is raised, and stays raised: another thread may be deep in a statement.

    Raises:
        Refused: levels and terms, each within its limit, are too many together.
    """
    if sys.getrecursionlimit() < _FRAMES:
        sys.setrecursionlimit(_FRAMES)
    try:
        yield
    except RecursionError:
        raise _refused(
            f"is nested too deeply: at most {MOST_LEVELS} levels, and {MOST_TERMS} operators in"
            " one expression",
            0,
        ) from None


def _refused(what: str, line: int) -> Refused:
    return Refused(
        f"statement: {what}" + (f", in line {line}" if line else ""),
        hint="split it: CTEs for levels, IN or UNNEST of an array for a long OR or UNION",
        rule="size",
        line=line or 1,
    )
