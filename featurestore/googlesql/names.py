"""Finds, splits and flattens table names in GoogleSQL text, but not in strings and comments.

BigQuery accepts a whole path in one pair of backquotes; the language itself does not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(
    r"""(?P<blank>\s+|--[^\n]*|\#[^\n]*|/\*.*?\*/)
    |(?P<text>[rb]{0,2}(?:'''(?:\\.|.)*?'''|\"\"\"(?:\\.|.)*?\"\"\"
        |'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<quoted>`(?:\\.|[^`\\])*`)
    |(?P<word>\w+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_TAB = 8
# Words that may follow a table's name without being its alias.
_CLAUSES = frozenset(
    """AND ANTI AS CROSS EXCEPT FETCH FOR FULL GROUP HAVING HASH INNER INTERSECT INTO JOIN LEFT
    LIMIT LOOKUP MATCH_RECOGNIZE NATURAL ON OFFSET OR ORDER PARTITION PIVOT QUALIFY RIGHT SELECT
    SEMI SET TABLESAMPLE UNION UNPIVOT USING VALUES WHEN WHERE WINDOW WITH""".split()
)


@dataclass(frozen=True, slots=True)
class Split:
    """A statement in which every dotted name in backquotes is a path of quoted names.

    Attributes:
        text: The statement.
        shifts: Offset in ``text`` to how many characters shorter the original is from there on.
    """

    text: str
    shifts: tuple[tuple[int, int], ...]

    def place_in_original(self, line: int, column: int, original: str) -> tuple[int, int]:
        """The original's line and column for those that GoogleSQL reports in ``text``.

        GoogleSQL counts a tab up to the next multiple of eight; editors and linters count one.
        """
        start = sum(len(one) for one in self.text.splitlines(keepends=True)[: line - 1])
        at, width = start, 1
        while width < column and at < len(self.text) and self.text[at] != "\n":
            width += _TAB - (width - 1) % _TAB if self.text[at] == "\t" else 1
            at += 1
        index = bisect_right(self.shifts, (at, len(self.text)))
        at -= self.shifts[index - 1][1] if index else 0
        return original.count("\n", 0, at) + 1, at - original.rfind("\n", 0, at)


def split_quoted_paths(sql: str) -> Split:
    """The statement with `` `p.d.t` `` as `` `p`.`d`.`t` ``."""
    made, length, shift, shifts = [], 0, 0, []
    for token in _TOKEN.finditer(sql):
        text = token[0]
        if token.lastgroup == "quoted" and "." in text:
            text = "`" + text[1:-1].replace(".", "`.`") + "`"
            shift += len(text) - len(token[0])
            shifts.append((length + len(text), shift))
        made.append(text)
        length += len(text)
    return Split("".join(made), tuple(shifts))


def parameter_names(sql: str) -> list[str]:
    """The names after ``@``, as written, each once, without system variables (``@@name``)."""
    solid = [token for token in _TOKEN.finditer(sql) if token.lastgroup != "blank"]
    names: dict[str, None] = {}
    for before, at, name in zip([None, *solid], solid, solid[1:], strict=False):
        if at[0] == "@" and name.lastgroup == "word" and (before is None or before[0] != "@"):
            names[name[0]] = None
    return list(names)


def statements(sql: str) -> list[tuple[int, str]]:
    """The parts between semicolons, each with its offset in the text, without empty ones."""
    parts, start = [], 0
    ends = [token.start() for token in _TOKEN.finditer(sql) if token[0] == ";"]
    for end in [*ends, len(sql)]:
        if any(token.lastgroup != "blank" for token in _TOKEN.finditer(sql, start, end)):
            parts.append((start, sql[start:end]))
        start = end + 1
    return parts


def first_word(sql: str) -> str:
    """The first word of a statement after comments, in upper case; ``""`` if there is none."""
    for token in _TOKEN.finditer(sql):
        if token.lastgroup != "blank":
            return token[0].upper()
    return ""


def flat_names(sql: str, tables: Iterable[str]) -> str:
    """The statement with each ``dataset.table`` as one quoted name, and its table as the alias.

    The reference evaluator accepts contents only for names without a dataset. A project before the
    dataset is removed.

    Args:
        sql: A statement without dotted names in backquotes.
        tables: Names of tables; those with a dataset are flattened.
    """
    known = {tuple(name.lower().split(".")): name for name in tables if "." in name}
    tokens = list(_TOKEN.finditer(sql))
    solid = [index for index, token in enumerate(tokens) if token.lastgroup != "blank"]
    made = [token[0] for token in tokens]
    for place, index in enumerate(solid):
        part = [_bare(tokens[i]) for i in solid[place : place + 3]]
        name = known.get((part[0].lower(), part[2].lower())) if part[1:2] == ["."] else None
        follows = solid[place + 3] if place + 3 < len(solid) else None
        if name is None or (follows is not None and tokens[follows][0] == "."):
            continue
        for i in range(index, solid[place + 2] + 1):
            made[i] = ""
        for i in _project(tokens, solid, place):
            made[i] = ""
        aliased = follows is not None and _is_alias(tokens[follows])
        made[index] = f"`{name}`" + ("" if aliased else f" AS {name.rpartition('.')[2]}")
    return "".join(made)


def _bare(token: re.Match[str]) -> str:
    return token[0][1:-1] if token.lastgroup == "quoted" else token[0]


def _is_alias(token: re.Match[str]) -> bool:
    if token.lastgroup == "quoted" or token[0].upper() == "AS":
        return True
    return token.lastgroup == "word" and token[0].upper() not in _CLAUSES


def _project(tokens: list[re.Match[str]], solid: list[int], place: int) -> Iterator[int]:
    """The tokens of a project before a dataset: ``my-project.``."""
    if place < 2 or tokens[solid[place - 1]][0] != ".":
        return
    yield solid[place - 1]
    place -= 2
    yield solid[place]
    while place >= 2 and tokens[solid[place - 1]][0] == "-":
        yield from (solid[place - 1], solid[place - 2])
        place -= 2
