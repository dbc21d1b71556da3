"""Quoting: the one place where an identifier or a path becomes SQL text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.model import Table


def quote(identifier: str) -> str:
    """The identifier as DuckDB takes it literally, whatever characters it holds."""
    return '"' + identifier.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """A string literal; for the few places that take no bound parameter."""
    return "'" + text.replace("'", "''") + "'"


def quote_table(table: Table | str) -> str:
    """``dataset.name``, each part quoted."""
    name = table if isinstance(table, str) else table.full_name
    return ".".join(quote(part) for part in name.split("."))


def quote_list(identifiers: Iterable[str]) -> str:
    """Identifiers, quoted and joined by commas."""
    return ", ".join(quote(identifier) for identifier in identifiers)
