"""Markdown as GitHub shows it: escaped, in tables, never longer than a comment may be. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.cli.streams import escape_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Cell = str | float | None

MOST = 60_000
"""Characters of a document. GitHub takes 65,536; the rest is for what a workflow adds."""

_PLAIN = re.compile(r"[\w .,:;/+()=>-]*", re.ASCII)
_MARKUP = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
# Characters of a line that says what was left out, at most.
_NOTE = 200


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one meaning.

    Attributes:
        what: What a row is, in the plural.
        headers: Of the columns.
        rows: Texts are shown as code, numbers to the right; None is NULL.
        summary: The line that the table is folded under; empty to show it at once.
    """

    what: str
    headers: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    summary: str = ""


def code(text: str) -> str:
    """A text as code, in which no character is markup, a mention or a link."""
    line = escape_line(text)
    if not line.strip():
        return ""
    if _PLAIN.fullmatch(line):
        return f"`{line}`"
    inside = "".join(f"&#{ord(one)};" if one in _MARKUP else one for one in line)
    return f"<code>{inside}</code>"


def document(lines: Sequence[str], tables: Iterable[Table], most: int = MOST) -> str:
    """Lines, then the tables, each with as many of its first rows as there is space for.

    Args:
        lines: Markdown; the first is the heading.
        tables: The most important one first; empty ones are left out.
        most: Characters of the whole, at least a thousand.
    """
    parts = [_cut("\n".join(lines), most // 2)]
    left = most - len(parts[0])
    for table in tables:
        if table.rows:
            part = _written(table, left - 2)
            parts.append(part)
            left -= len(part) + 2
    return "\n\n".join(parts)


def _cut(text: str, most: int) -> str:
    """The text, or its whole first lines, and how many characters were left out."""
    if len(text) <= most:
        return text
    kept = text[: most - _NOTE].rpartition("\n")[0]
    return f"{kept}\n\n{len(text) - len(kept):,} more characters were left out."


def _written(table: Table, space: int) -> str:
    """The table in ``space`` characters; where not even a row fits, only the note."""
    columns = zip(*table.rows, strict=True)
    values = (next((one for one in column if one is not None), None) for column in columns)
    rulers = [":--" if isinstance(value, str) else "--:" for value in values]
    opened = [f"<details><summary>{table.summary}</summary>", ""] if table.summary else []
    opened += [_line(table.headers), _line(rulers)]
    closed = ["", "</details>"] if table.summary else []
    space -= sum(len(line) + 1 for line in (*opened, *closed)) + _NOTE
    shown: list[str] = []
    for row in table.rows:
        line = _line(_cell(value) for value in row)
        space -= len(line) + 1
        if space < 0:
            break
        shown.append(line)
    left = len(table.rows) - len(shown)
    note = f"{left:,} more {table.what} were left out; `featurestore diff --json` has all."
    if not shown:
        return note
    return "\n".join((*opened, *shown, *(["", note] if left else []), *closed))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Cell) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return code(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
