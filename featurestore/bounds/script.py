"""Splits GoogleSQL scripts into statements that a parser can read, without losing positions. Pure.

sqlglot has no procedural language: ``BEGIN``, ``IF … THEN``, loops and procedure bodies are
unwrapped here, on tokens, so that the statements and conditions inside are read like others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from featurestore.parsing import parse_tokens
from featurestore.statement_size import deep_recursion, require_size
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNKNOWN = frozenset({TokenType.COMMAND, TokenType.EXECUTE, TokenType.SHOW})
_CONDITIONS = {"IF": "THEN", "ELSEIF": "THEN", "WHILE": "DO", "UNTIL": "END"}
# EXCEPTION comes before WHEN ERROR THEN.
_PREFIXES = {"BEGIN": 1, "ELSE": 1, "LOOP": 1, "REPEAT": 1, "EXCEPTION": 4}
_DONE = frozenset({"END", "LEAVE", "BREAK", "CONTINUE", "ITERATE", "RETURN", "RAISE"})


class _Tokenizer(BigQuery.Tokenizer):
    # Without this, sqlglot makes one string of everything after BEGIN, WHILE or CALL.
    COMMANDS: ClassVar[set[TokenType]] = set()


def parse_script(sql: str, *, broken: list[Exception] | None = None) -> list[exp.Expr]:
    """The statements of a script, in order; conditions of its control flow become SELECTs.

    A statement of unknown syntax (``CALL``, ``EXECUTE IMMEDIATE``) becomes a Command.

    Args:
        sql: GoogleSQL.
        broken: Collects the error of each statement that cannot be parsed, and parsing continues;
            without it the first error is raised.

    Raises:
        sqlglot.errors.SqlglotError: sqlglot cannot parse the text as GoogleSQL.
        Refused: a statement is too long or nested too deeply.
    """
    trees: list[exp.Expr] = []
    for chunk in _chunks(_Tokenizer(BigQuery()).tokenize(sql)):
        try:
            with deep_recursion():
                require_size(chunk)
                trees += _parsed(chunk, sql)
        except (SqlglotError, Refused) as error:
            if broken is None:
                raise
            broken.append(error)
    return trees


def _parsed(chunk: list[Token], sql: str) -> list[exp.Expr]:
    trees: list[exp.Expr] = []
    for tokens in _statements(chunk):
        if tokens[:1] and tokens[0].token_type in _UNKNOWN:
            text = sql[tokens[0].end + 1 : tokens[-1].end + 1]
            command = exp.Command(this=tokens[0].text.upper(), expression=text.strip())
            command.meta["start"] = tokens[0].start
            trees.append(command)
        else:
            trees += parse_tokens(tokens, sql)
    return trees


def position(node: exp.Expr, sql: str) -> tuple[int, int]:
    """Line and column, from 1, of the first name that occurs in ``node``."""
    nodes = [node, *node.find_all(exp.Identifier)]
    start = min((part.meta["start"] for part in nodes if "start" in part.meta), default=0)
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


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    """The text between two semicolons, without the control flow around it."""
    while tokens:
        word = _word(tokens, 0)
        if word in _DONE or (word == "BEGIN" and _word(tokens, 1) in {"", "TRANSACTION"}):
            return
        if word in _CONDITIONS or word == "FOR":
            end = _find(tokens, _CONDITIONS.get(word, "DO"))
            yield tokens[3:end] if word == "FOR" else BigQuery().tokenize("SELECT") + tokens[1:end]
            tokens = tokens[end + 1 :] if word != "UNTIL" else []
        elif (length := _prefix_length(tokens)) > 0:
            tokens = tokens[length:]
        else:
            yield tokens
            return


def _prefix_length(tokens: list[Token]) -> int:
    """Number of tokens that only open a block."""
    word = _word(tokens, 0)
    if word == "CREATE" and "PROCEDURE" in {_word(tokens, place) for place in range(1, 4)}:
        return _find(tokens, "BEGIN") + 1
    return _PREFIXES.get(word, 0)


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
