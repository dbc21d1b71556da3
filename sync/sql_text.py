"""SQL text that is composed from constant text and quoted parts, never from plain strings. Pure.

    sql("DELETE FROM {} WHERE {}", quote_table(table), condition)
    sql("SELECT {columns} FROM {table} WHERE {day} >= ?", columns=..., table=..., day=...)

A template is constant text; each part is `Sql` itself: a name or a literal that one of the quoting
functions wrote (`sync.duck.quoting`, `sync.bigquery.sql`), or text composed here. A plain string
as a part is refused, by mypy and when the program runs. Values are not composed, they are bound:
``?`` or ``$name``.

The interface is that of psycopg's ``sql`` module. The dialects differ in quoting, not in how text
is put together, so this module has no dialect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import LiteralString

__all__ = ["Sql", "join", "sql"]


class Sql(str):
    """Text that is safe to execute, or to use as a part of other text.

    ``Sql(text)`` vouches for a text: a constant, a file under ``sql/``, the output of a translator,
    or the user's statement. The methods of ``str`` return plain strings.
    """

    __slots__ = ()


def sql(template: LiteralString, /, *parts: Sql, **named: Sql) -> Sql:
    """The template with each ``{}`` and ``{name}`` replaced by a part; ``{{`` is a brace.

    Raises:
        TypeError: a part is a plain string.
        KeyError, IndexError: a part of the template is missing.
    """
    _require_sql((*parts, *named.values()))
    return Sql(template.format(*parts, **named))


def join(separator: LiteralString, parts: Iterable[Sql]) -> Sql:
    """The parts with the separator between them; empty without parts.

    Raises:
        TypeError: a part is a plain string.
    """
    texts = tuple(parts)
    _require_sql(texts)
    return Sql(separator.join(texts))


def _require_sql(parts: Iterable[Sql]) -> None:
    for part in parts:
        if not isinstance(part, Sql):
            raise TypeError(f"SQL text: {part!r} is a plain string: quote it, or bind it")
