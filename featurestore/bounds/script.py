"""Splits GoogleSQL scripts into statements that a parser can read, without losing positions. Pure.

sqlglot has no procedural language: ``BEGIN``, ``IF … THEN``, loops and procedure bodies are
unwrapped here, on tokens, so that the statements and conditions inside are read like others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokens import Token, TokenType

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONDITIONS = {"IF": "THEN", "ELSEIF": "THEN", "WHILE": "DO", "UNTIL": "END"}
_PREFIXES = frozenset({"ELSE", "LOOP", "REPEAT"})
_DONE = frozenset({"END", "LEAVE", "BREAK", "CONTINUE", "ITERATE"})


def parse_script(sql: str) -> list[exp.Expr]:
    """The statements of a script, in order; conditions of its control flow become SELECTs.

    Raises:
        sqlglot.errors.SqlglotError: the text is no GoogleSQL that sqlglot can read.
    """
    dialect = Dialect.get_or_raise("bigquery")
    trees: list[exp.Expr] = []
    for chunk in _chunks(dialect.tokenize(sql)):
        for tokens in _statements(chunk, dialect):
            trees += [tree for tree in dialect.parser().parse(tokens, sql) if tree is not None]
    return trees


def position(node: exp.Expr, sql: str) -> tuple[int, int]:
    """Line and column, from 1, of the first name that occurs in ``node``."""
    starts = [name.meta["start"] for name in node.find_all(exp.Identifier) if "start" in name.meta]
    start = min(starts, default=0)
    return sql.count("\n", 0, start) + 1, start - sql.rfind("\n", 0, start)


def _chunks(tokens: list[Token]) -> Iterator[list[Token]]:
    chunk: list[Token] = []
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            yield chunk
            chunk = []
        else:
            chunk.append(token)
    yield chunk


def _word(tokens: list[Token], index: int) -> str:
    return tokens[index].text.upper() if index < len(tokens) else ""


def _statements(tokens: list[Token], dialect: Dialect) -> Iterator[list[Token]]:
    """What stands between two semicolons, without the control flow around it."""
    while tokens:
        word = _word(tokens, 0)
        if word in _DONE:
            return
        if word == "BEGIN":
            if _word(tokens, 1) in {"", "TRANSACTION"}:
                return
            tokens = tokens[1:]
        elif word == "EXCEPTION":
            tokens = tokens[4:]
        elif word in _PREFIXES:
            tokens = tokens[1:]
        elif word in _CONDITIONS:
            end = _find(tokens, _CONDITIONS[word])
            yield dialect.tokenize("SELECT") + tokens[1:end]
            tokens = tokens[end + 1 :] if word != "UNTIL" else []
        elif word == "FOR":
            end = _find(tokens, "DO")
            yield tokens[3:end]
            tokens = tokens[end + 1 :]
        elif word == "CREATE" and "PROCEDURE" in {_word(tokens, place) for place in range(1, 4)}:
            tokens = tokens[_find(tokens, "BEGIN") :]
        else:
            yield tokens
            return


def _find(tokens: list[Token], word: str) -> int:
    """Index of ``word`` outside parentheses and CASE, or the end."""
    depth = 0
    for index, token in enumerate(tokens):
        text = token.text.upper()
        if depth == 0 and index and text == word:
            return index
        if text in {"(", "CASE"}:
            depth += 1
        elif text == ")" or (text == "END" and depth):
            depth -= 1
    return len(tokens)
