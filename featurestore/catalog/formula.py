"""Where a feature's formula is, and how far back its relations read. Pure."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from featurestore.catalog.query_paths import query_paths
from featurestore.compute import plan
from featurestore.definitions import compose, sql_files
from featurestore.definitions.trees import parse_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlglot.tokenizer_core import Token

    from featurestore.definitions.sql_files import SqlFile

_WINDOW = re.compile(
    r"\b(\w+) AS \(\s*((?:PARTITION|ORDER|ROWS|RANGE|\w+ (?:ROWS|RANGE))\b[^()]*)\)"
)
# These read a feature by its name, or compute the same for a listed player's rows.
_READERS = (plan.FEATURE_VALUE, plan.STORED_ROW, plan.STORE, "listed_history")


@dataclass(frozen=True, slots=True)
class Formula:
    """One definition of a column.

    Attributes:
        path: The file.
        line: Where it is named in the file, from 1.
        sql: Its GoogleSQL as written there, without the margin.
        query: The CTE, subquery or branch of a UNION that it is in; see `query_paths`.
    """

    path: str
    line: int
    sql: str
    query: str


def formulas(name: str) -> tuple[Formula, ...]:
    """Every place that defines a column with this name; a feature has one."""
    defined = []
    for file in sql_files.load("features"):
        if file.name not in _READERS and f"AS {name}" in file.text:
            defined += in_relation(file, name)
    return tuple(defined)


def windows(formula: Formula, files: Iterable[SqlFile]) -> tuple[str, ...]:
    """The named windows that a formula uses, each before the one that it extends."""
    (text,) = (file.text for file in files if file.path == formula.path)
    defined = {
        name: f"{name} AS ({' '.join(body.split())})" for name, body in _WINDOW.findall(text)
    }
    used: list[str] = []
    waiting = re.findall(r"\bOVER (\w+)", formula.sql)
    while waiting:
        name = waiting.pop(0)
        if name in defined and defined[name] not in used:
            used.append(defined[name])
            waiting.append(defined[name].partition("(")[2].split()[0])
    return tuple(used)


def in_relation(file: SqlFile, name: str) -> list[Formula]:
    """The formulas of a column in one file, as they are written there, comments included.

    None where the column is only passed on; several where several of the file's queries have a
    column of this name.
    """
    from sqlglot.tokenizer_core import TokenType

    tokens, queries = _tokens(file.text, file.path)
    definitions = []
    for place, token in enumerate(tokens[:-1]):
        named = tokens[place + 1]
        if token.token_type != TokenType.ALIAS or named.text != name:
            continue
        first = tokens[_start(tokens, place)].start
        written = file.text[first : tokens[place - 1].end + 1]
        # A column that is passed on under its own name has its formula elsewhere.
        if written.rpartition(".")[2] != name:
            margin = " " * (first - (file.text.rfind("\n", 0, first) + 1))
            text = textwrap.dedent(margin + written).strip()
            definitions.append(Formula(file.path, named.line, text, queries[place]))
    return definitions


def _start(tokens: Sequence[Token], end: int) -> int:
    """The first token of the output expression that ends before token ``end``."""
    from sqlglot.tokenizer_core import TokenType

    opening = (TokenType.L_PAREN, TokenType.L_BRACKET)
    closing = (TokenType.R_PAREN, TokenType.R_BRACKET)
    depth = 0
    for place in range(end - 1, -1, -1):
        kind = tokens[place].token_type
        depth += (kind in closing) - (kind in opening)
        if depth < 0 or (depth == 0 and kind in (TokenType.COMMA, TokenType.SELECT)):
            return place + 1
    return 0


@lru_cache(maxsize=64)
def _tokens(text: str, path: str) -> tuple[Sequence[Token], Sequence[str]]:
    from sqlglot.dialects.bigquery import BigQuery

    # Names file and line where the text is not a statement.
    parse_tree(text, path)
    tokens = BigQuery().tokenize(text)
    return tokens, query_paths(tokens)


def lookback_days(name: str) -> int:
    """The longest lookback of the relations that the feature's relation reads, and its own."""
    files = compose.by_name(sql_files.load("features"))
    (formula, *_) = formulas(name)
    root = formula.path.rsplit("/", 1)[-1].removesuffix(".sql")
    return max(file.header.lookback_days for file in compose.dependency_order([root], files))
