"""Where in a Python file each character of a string's value is written. Pure."""

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
        literal: The literal's source text, quotes and prefix included.
        value: What it means; what an f-string puts in is the text of a constant, or a name
            between two marks.
        start: Place of the literal's first character.
        constants: Texts that are put in for their names.
        mark: The mark around a placeholder.
    """
    opening = _OPENING.match(literal)
    if opening is None:
        return [start] * len(value)
    prefix, at = opening["prefix"].lower(), opening.end()
    line, column = start[0], start[1] + at
    found: list[Place] = []
    while len(found) < len(value) and at < len(literal):
        end, width = at + 1, 1
        if "f" in prefix and literal[at] in "{}":
            end, width = _in_braces(literal, at, value, len(found), constants, mark)
        elif literal[at] == "\\" and "r" not in prefix and (escape := _ESCAPE.match(literal, at)):
            end, width = escape.end(), 0 if escape["joined"] else 1
        found += [(line, column)] * width
        written = literal[at:end]
        line += written.count("\n")
        column = end - at - written.rfind("\n") if "\n" in written else column + end - at
        at = end
    return (found + [(line, column)] * (len(value) - len(found)))[: len(value)]


def _in_braces(
    literal: str, at: int, value: str, index: int, constants: Mapping[str, str], mark: str
) -> tuple[int, int]:
    """End in an f-string of what is written at a brace, and how many characters it means."""
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
    """Places of the characters of ``filled``, which is ``text`` with something for each hole.

    What is put in counts as written where the hole is.
    """
    made: list[Place] = []
    at = 0
    for number, match in enumerate(holes.finditer(text), start=1):
        made += where[at : match.start()]
        at = match.end()
        name = f"placeholder_{match[1] or number}"
        here = len(made)
        put_in = next((one for one in ("@" + name, name) if filled.startswith(one, here)), "")
        made += list(where[match.start() : match.start() + 1]) * len(put_in)
    return [*made, *where[at:]]


def column_of(node: ast.expr, text: str) -> int:
    """The character of its line, from 1, where a node starts; the syntax tree counts bytes."""
    line = _lines(text)[node.lineno - 1]
    return len(line.encode()[: node.col_offset].decode()) + 1


def segment_of(node: ast.expr, text: str) -> str:
    """The source text of a node; the file is split once, not for each node."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    lines = [line.encode() for line in _lines(text)[first : last + 1]]
    lines[-1] = lines[-1][: node.end_col_offset]
    lines[0] = lines[0][node.col_offset :]
    return b"\n".join(lines).decode()


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def runs(found: Sequence[Place]) -> tuple[tuple[int, int, int], ...]:
    """Offset, line and column of the first character of each run that is written as it is read."""
    made: list[tuple[int, int, int]] = []
    before = (0, 0)
    for offset, (line, column) in enumerate(found):
        if (line, column) != (before[0], before[1] + 1):
            made.append((offset, line, column))
        before = (line, column)
    return tuple(made)
