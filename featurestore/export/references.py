"""Renames the tables and parameters in a GoogleSQL text; the rest stays as it is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions.trees import parse_tree
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlglot.tokenizer_core import Token

    from featurestore.definitions.sql_files import SqlFile


def rewritten(file: SqlFile, table: Callable[[str], str], parameter: Callable[[str], str]) -> str:
    """The statement of a file, without its header, with other names for inputs and parameters.

    Args:
        file: A relation; its header names its inputs.
        table: Input (a relation or ``dataset.table``) to its new text. If the statement has no
            alias for it, the bare name becomes the alias, by which its columns are named.
        parameter: Parameter, without ``@``, to its new text.

    Raises:
        BadInput: the text is not a statement.
        Refused: a CTE has the name of an input, which makes that name ambiguous.
    """
    from sqlglot import exp
    from sqlglot.dialects.bigquery import BigQuery

    inputs = set(file.header.inputs)
    for common in parse_tree(file.text, file.path).find_all(exp.CTE):
        if common.alias in inputs:
            raise Refused(
                f"{file.path}: the CTE {common.alias} has the name of an input",
                hint="rename the CTE",
            )
    tokens = BigQuery().tokenize(file.text)
    done, place = [], 0
    for first, last, text in _replaced(tokens, inputs, table, parameter):
        done += [file.text[place:first], text]
        place = last + 1
    done.append(file.text[place:])
    return _without_header("".join(done))


def _replaced(
    tokens: Sequence[Token],
    inputs: set[str],
    table: Callable[[str], str],
    parameter: Callable[[str], str],
) -> Iterator[tuple[int, int, str]]:
    """The replacements in order: first and last character, and the new text."""
    from sqlglot.tokenizer_core import TokenType

    for place, token in enumerate(tokens):
        following = tokens[place + 1 : place + 4]
        if token.token_type == TokenType.PARAMETER:
            yield token.start, following[0].end, parameter(following[0].text)
        elif token.token_type in (TokenType.FROM, TokenType.JOIN) and following:
            end = 3 if len(following) > 1 and following[1].token_type == TokenType.DOT else 1
            name = "".join(part.text for part in following[:end])
            if name in inputs:
                after = tokens[place + 1 + end] if place + 1 + end < len(tokens) else None
                has_alias = after is not None and after.token_type == TokenType.ALIAS
                alias = "" if has_alias else f" AS {name.rpartition('.')[2]}"
                yield following[0].start, following[end - 1].end, table(name) + alias


def _without_header(text: str) -> str:
    lines = text.splitlines()
    while lines and (lines[0].startswith("--") or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines) + "\n"
