"""Reads the analyzer's resolved statements. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from featurestore.googlesql.types import type_text

if TYPE_CHECKING:
    from collections.abc import Iterator


def output_columns(statement: Any) -> tuple[tuple[str, str], ...]:
    """Names and GoogleSQL types of a query's output columns; empty for other statements."""
    if statement.DESCRIPTOR.name != "ResolvedQueryStmtProto":
        return ()
    return tuple(
        (column.name, type_text(column.column.type)) for column in statement.output_column_list
    )


def parameter_types(statement: Any) -> dict[str, str]:
    """Parameter to GoogleSQL type, for those whose type is inferred from the statement."""
    return {
        node.name.lower(): type_text(node.parent.type)
        for node in _nodes(statement, "ResolvedParameterProto")
        if not node.is_untyped
    }


def scanned_columns(statement: Any) -> dict[str, frozenset[str]]:
    """Table to the columns that the statement reads of it."""
    scanned: dict[str, frozenset[str]] = {}
    for node in _nodes(statement, "ResolvedTableScanProto"):
        name = node.table.full_name or node.table.name
        columns = frozenset(column.name for column in node.parent.column_list)
        scanned[name] = scanned.get(name, frozenset()) | columns
    return scanned


def _nodes(message: Any, kind: str) -> Iterator[Any]:
    """All messages of a kind inside a message. A loop, because statements nest deeply."""
    left = [message]
    while left:
        node = left.pop()
        if node.DESCRIPTOR.name == kind:
            yield node
        for field, value in node.ListFields():
            if field.message_type is not None:
                left += value if field.is_repeated else [value]
