"""Quoting: the one place where an identifier or a path becomes SQL text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.sql_text import Sql, join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.model import Table


def quote(identifier: str) -> Sql:
    """The identifier, quoted for DuckDB; it may contain any characters."""
    return Sql('"' + identifier.replace('"', '""') + '"')


def quote_literal(text: str) -> Sql:
    """A string literal, for the few places that accept no bound parameter."""
    return Sql("'" + text.replace("'", "''") + "'")


def quote_table(table: Table | str) -> Sql:
    """``dataset.name``, each part quoted."""
    name = table if isinstance(table, str) else table.full_name
    return join(".", map(quote, name.split(".")))


def quote_list(identifiers: Iterable[str]) -> Sql:
    """Identifiers, quoted and joined by commas."""
    return join(", ", map(quote, identifiers))
