"""The position in a Python file of each character of a string's value. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping, Sequence

    Place = tuple[int, int]
    """Line and column, both from 1."""

_OPENING = re.compile(r"(?P<prefix>\w*)(?:\'\'\'|\"\"\"|\'|\")")
_ESCAPE = re.compile(
    r"\\(?:(?P<joined>\r?\n)"
    r"|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[\\\'\"abfnrtv])"
)
_NAME_IN_BRACES = re.compile(r"\{\s*(\w+)\s*[!:}]")


def places(
    literal: str, value: str, start: Place, constants: Mapping[str, str], mark: str
) -> list[Place]:
    """The place of each character of a literal's value.

    Args:
        literal: The literal's source text, including quotes and prefix.
        value: Its value; an expression of an f-string is the text of a constant, or a name
            between two marks.
        start: Place of the literal's first character.
        constants: Texts inserted for names.
        mark: The mark around a placeholder.
    """
    opening = _OPENING.match(literal)
    if opening is None:
        return [start] * len(value)
    prefix, at = opening["prefix"].lower(), opening.end()
    line, column = start[0], start[1] + at
    value_places: list[Place] = []
    while len(value_places) < len(value) and at < len(literal):
        # literal[at:end] is the source of the next `width` characters of the value.
        end, width = at + 1, 1
        if "f" in prefix and literal[at] in "{}":
            end, width = _in_braces(literal, at, value, len(value_places), constants, mark)
        elif literal[at] == "\\" and "r" not in prefix and (escape := _ESCAPE.match(literal, at)):
            end, width = escape.end(), 0 if escape["joined"] else 1
        value_places += [(line, column)] * width
        written = literal[at:end]
        line += written.count("\n")
        column = end - at - written.rfind("\n") if "\n" in written else column + end - at
        at = end
    return (value_places + [(line, column)] * (len(value) - len(value_places)))[: len(value)]


def _in_braces(
    literal: str, at: int, value: str, index: int, constants: Mapping[str, str], mark: str
) -> tuple[int, int]:
    """End of the expression or doubled brace at ``at``, and how many characters it yields."""
    if literal[at : at + 2] in ("{{", "}}"):
        return at + 2, 1
    name = _NAME_IN_BRACES.match(literal, at)
    if name is not None and name[1] in constants:
        width = len(constants[name[1]])
    else:
        width = value.find(mark, index + 1) + 1 - index
    return _after_braces(literal, at), max(width, 0)


def _after_braces(literal: str, at: int) -> int:
    depth = 0
    for place in range(at, len(literal)):
        depth += {"{": 1, "}": -1}.get(literal[place], 0)
        if depth == 0:
            return place + 1
    return len(literal)


def places_filled(
    text: str, filled: str, where: Sequence[Place], holes: re.Pattern[str]
) -> list[Place]:
    """Places of the characters of ``filled``, which is ``text`` with its holes filled.

    Characters that fill a hole have the place of the hole.
    """
    filled_places: list[Place] = []
    at = 0
    for number, match in enumerate(holes.finditer(text), start=1):
        filled_places += where[at : match.start()]
        at = match.end()
        name = f"placeholder_{match[1] or number}"
        here = len(filled_places)
        put_in = next((one for one in ("@" + name, name) if filled.startswith(one, here)), "")
        filled_places += list(where[match.start() : match.start() + 1]) * len(put_in)
    return [*filled_places, *where[at:]]


def column_of(node: ast.expr, text: str) -> int:
    """The column, in characters from 1, where a node starts; the syntax tree counts bytes."""
    line = _lines(text)[node.lineno - 1]
    return len(line.encode()[: node.col_offset].decode()) + 1


def segment_of(node: ast.expr, text: str) -> str:
    """The source text of a node. Unlike ``ast.get_source_segment`` it splits the file only once."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    lines = [line.encode() for line in _lines(text)[first : last + 1]]
    lines[-1] = lines[-1][: node.end_col_offset]
    lines[0] = lines[0][node.col_offset :]
    return b"\n".join(lines).decode()


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def runs(characters: Sequence[Place]) -> tuple[tuple[int, int, int], ...]:
    """Offset, line and column of the first character of each unbroken piece of the source."""
    starts: list[tuple[int, int, int]] = []
    before = (0, 0)
    for offset, (line, column) in enumerate(characters):
        if (line, column) != (before[0], before[1] + 1):
            starts.append((offset, line, column))
        before = (line, column)
    return tuple(starts)
