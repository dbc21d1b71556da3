"""Reads GoogleSQL text with sqlglot: within limits, quietly, with one kind of error. Pure."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import ParseError

from featurestore.statement_size import require_size

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token


def parse_statements(sql: str) -> list[exp.Expr]:
    """The statements of a text, in order.

    Raises:
        sqlglot.errors.SqlglotError: sqlglot cannot read the text as GoogleSQL.
        Refused: it is too long or nested too deeply.
    """
    tokens = BigQuery().tokenize(sql)
    require_size(tokens)
    return parse_tokens(tokens, sql)


def parse_tokens(tokens: list[Token], sql: str) -> list[exp.Expr]:
    """As :func:`parse_statements`, for tokens that passed the size check."""
    logger = logging.getLogger("sqlglot")
    level = logger.level
    # Callers handle what sqlglot parses as a Command; its warning on stderr would repeat that.
    logger.setLevel(logging.ERROR)
    try:
        return [tree for tree in BigQuery().parser().parse(tokens, sql) if tree is not None]
    except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # sqlglot crashes on some invalid texts, such as an operator without operands.
        raise ParseError(f"unexpected end or order of words ({error})") from error
    finally:
        logger.setLevel(level)
