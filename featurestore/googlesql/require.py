"""Refuses statements that GoogleSQL's own parser and analyzer refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.googlesql import passed
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.googlesql.catalog import Schema


def require_googlesql(
    sql: str,
    schema: Schema,
    parameters: Mapping[str, str] | None = None,
    *,
    origin: str = "query",
    undeclared: bool = False,
) -> dict[str, str]:
    """Types of the parameters of a statement that passes the analyzer.

    A statement that passed before, with the same schema and version of GoogleSQL, is recognised by
    its digest, and the analyzer is not started.

    Args:
        sql: One statement.
        schema: The tables it may name.
        parameters: Name to GoogleSQL type.
        origin: The file, or another name for the source of the text.
        undeclared: Allow undeclared parameters, and infer their types.

    Returns:
        Name in lower case to type; a parameter whose type cannot be inferred is missing.

    Raises:
        BadInput: it does not pass: origin, line and column, then GoogleSQL's message.
    """
    parameters = parameters or {}
    key = _key(sql, schema, parameters, undeclared)
    known = passed.facts(key)
    if known is not None:
        return dict(known.get("parameters", {}))
    # Imports the WebAssembly engine, which is not needed if the result was cached.
    from featurestore.googlesql.analyzer import analyzer
    from featurestore.googlesql.errors import GoogleSqlError

    try:
        analysis = analyzer().analyze(sql, schema, parameters, undeclared=undeclared)
    except GoogleSqlError as error:
        place = f":{error.line}:{error.column}" if error.line else ""
        raise BadInput(
            f"{origin}{place}: {error.summary}",
            hint="BigQuery refuses it, too",
            origin=origin,
            line=error.line,
            column=error.column,
        ) from error
    passed.remember(key, {"parameters": dict(analysis.parameters)})
    return dict(analysis.parameters)


def has_passed(sql: str, schema: Schema, parameters: Mapping[str, str]) -> bool:
    """Whether a statement passed before with parameters of these types; starts nothing."""
    return passed.facts(_key(sql, schema, parameters, False)) is not None


def _key(sql: str, schema: Schema, parameters: Mapping[str, str], undeclared: bool) -> str:
    tables = {name: list(columns.items()) for name, columns in schema.items()}
    return passed.digest("statement", sql, tables, dict(parameters), undeclared)
