"""Which query of a SQL file a token belongs to: a CTE, a subquery, a branch of a UNION. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot.tokenizer_core import Token


@dataclass(slots=True)
class _Level:
    """What one pair of parentheses holds.

    Attributes:
        parent: The level around it; None for the file.
        name: Of the CTE or subquery; empty for an expression in parentheses.
        is_cte: A CTE is outside of the branches of the UNION that reads it.
        branch_of_parent: The branch of the parent's UNION in which the parentheses open, from 1.
        branches: How many branches there are.
    """

    parent: _Level | None = None
    name: str = ""
    is_cte: bool = False
    branch_of_parent: int = 1
    branches: int = 1

    def path(self, branch: int) -> tuple[str, ...]:
        """The names around a token that is in this branch."""
        own = (str(branch),) if self.branches > 1 else ()
        if self.parent is None:
            return own
        if not self.name:
            return self.parent.path(self.branch_of_parent)
        around = self.parent.path(self.branch_of_parent)
        if self.is_cte and self.parent.branches > 1:
            around = around[:-1]
        return (*around, self.name, *own)


def query_paths(tokens: Sequence[Token]) -> list[str]:
    """For each token the query that it is in, named as the nodes of a traced relation are.

    Empty for the file's last SELECT, ``played`` for the CTE of that name, ``played.2`` for the
    second branch of its UNION, ``played.games`` for a subquery with the alias ``games``.
    """
    from sqlglot.tokenizer_core import TokenType

    closing = _closing(tokens)
    level = _Level()
    places: list[tuple[_Level, int]] = []
    for number, token in enumerate(tokens):
        if token.token_type == TokenType.L_PAREN:
            name, is_cte = _name(tokens, number, closing.get(number, number))
            level = _Level(level, name, is_cte, level.branches)
        elif token.token_type == TokenType.UNION:
            level.branches += 1
        places.append((level, level.branches))
        if token.token_type == TokenType.R_PAREN and level.parent is not None:
            level = level.parent
    return [".".join(level.path(branch)) for level, branch in places]


def _closing(tokens: Sequence[Token]) -> dict[int, int]:
    """For each opening parenthesis the place of the one that closes it."""
    from sqlglot.tokenizer_core import TokenType

    pairs: dict[int, int] = {}
    opened: list[int] = []
    for number, token in enumerate(tokens):
        if token.token_type == TokenType.L_PAREN:
            opened.append(number)
        elif token.token_type == TokenType.R_PAREN and opened:
            pairs[opened.pop()] = number
    return pairs


def _name(tokens: Sequence[Token], opening: int, closing: int) -> tuple[str, bool]:
    """The name of the query in these parentheses, and whether it is a CTE; empty for no query."""
    from sqlglot.tokenizer_core import TokenType

    if tokens[opening + 1].token_type not in (TokenType.SELECT, TokenType.WITH):
        return "", False
    if opening >= 2 and tokens[opening - 1].token_type == TokenType.ALIAS:
        return tokens[opening - 2].text, True
    after = list(tokens[closing + 1 : closing + 3])
    if after and after[0].token_type == TokenType.ALIAS:
        after = after[1:]
    is_named = after and after[0].token_type == TokenType.VAR
    return (after[0].text if is_named else ""), False
