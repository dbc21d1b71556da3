"""Finds SQL in files: whole ``.sql`` files, and string literals in Python. Pure except for reading.

In Python a literal counts as SQL when it starts like a statement. Adjacent literals, and those
joined with ``+``, ``%`` or ``.format``, are read as one; a placeholder becomes a parameter, which
counts as a constant, or a name where only a name is allowed; constants of the module are inserted.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot.errors import SqlglotError

from featurestore.bounds.script import parse_script
from featurestore.lint.bindings import (
    BRACES,
    MARK,
    PERCENT,
    hole,
    module_texts,
    text_of,
    text_or_hole,
    texts_in,
)
from featurestore.lint.positions import column_of, places, places_filled, runs, segment_of
from featurestore.statement_size import deep_recursion
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from featurestore.lint.positions import Place

_STARTS = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:SELECT\s|WITH\s+\S+\s+AS\s*\(|WITH\s+RECURSIVE\s|INSERT\s+(?:INTO\s)?\S"
    r"|UPDATE\s.*\sSET\s|DELETE\s+(?:FROM\s)?\S|MERGE\s|DECLARE\s|EXPORT\s+DATA\s"
    r"|CREATE\s+(?:OR\s|TABLE|TEMP|VIEW|MATERIALIZED|FUNCTION|PROCEDURE))",
    re.IGNORECASE | re.DOTALL,
)
_NAME_BEFORE = re.compile(
    r"(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE|MERGE|VIEW|USING|AS|DELETE|EXISTS|WITH)\s+|[\w.`])$",
    re.IGNORECASE,
)
_NAME_AFTER = re.compile(r"[\w.`]|\s+AS\s*\(", re.IGNORECASE)
_HOLE = re.compile(f"{MARK}(\\w*){MARK}")
_FSTRING_START = getattr(tokenize, "FSTRING_START", -1)
_FSTRING_END = getattr(tokenize, "FSTRING_END", -1)


@dataclass(frozen=True, slots=True)
class SqlText:
    """One statement or script, and the lines of the file that it is on.

    Attributes:
        path: The file.
        sql: The text; placeholders are filled in.
        lines: The line of the file for each line of ``sql``.
        runs: In Python, for each unbroken piece of the source: its offset in ``sql``, and its line
            and column in the file. Empty for a ``.sql`` file.
    """

    path: str
    sql: str
    lines: tuple[int, ...]
    runs: tuple[tuple[int, int, int], ...] = ()

    def line_of(self, line: int) -> int:
        """The file's line for a line of ``sql``, both from 1."""
        return self.lines[min(max(line, 1), len(self.lines)) - 1]

    def place_of(self, line: int, column: int) -> tuple[int, int]:
        """The file's line and column for those of ``sql``, all from 1."""
        if not self.runs:
            return self.line_of(line), column
        before = self.sql.split("\n")[: max(line, 1) - 1]
        offset = sum(map(len, before)) + len(before) + max(column, 1) - 1
        start, first_line, first_column = self.runs[
            max(bisect_right(self.runs, (offset, sys.maxsize, 0)) - 1, 0)
        ]
        return first_line, first_column + max(offset - start, 0)


@dataclass(slots=True)
class _Text:
    """SQL under construction; ``places`` has the file's line and column of each character."""

    parts: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def add(self, text: str, places: list[Place], *, advances: bool) -> None:
        line = places[0][0] if places else 0
        breaks = self.places and self.places[-1][0] != line
        if breaks and text[:1] == " " and not advances:
            # A line break between two literals is kept, so that the SQL's lines are the file's.
            text = "\n" + text[1:]
        elif breaks and self.parts[-1][-1:] == " ":
            self.parts[-1] = self.parts[-1][:-1] + "\n"
        self.parts.append(text)
        self.places += places

    def source(self, path: str) -> SqlText:
        text = "".join(self.parts)
        filled = _filled(text)
        starts = [0, *[match.end() for match in re.finditer("\n", text)]]
        lines = tuple(self.places[min(start, len(self.places) - 1)][0] for start in starts)
        return SqlText(path, filled, lines, runs(places_filled(text, filled, self.places, _HOLE)))


def sql_in_path(path: Path) -> list[SqlText]:
    """The SQL in a ``.sql`` or ``.py`` file, in order.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: a Python file does not parse.
        UnicodeDecodeError: the file is not UTF-8.
    """
    text = path.read_text(encoding="utf-8")
    return sql_in_python(text, str(path)) if path.suffix == ".py" else sql_in_sql(text, str(path))


def sql_in_sql(text: str, path: str) -> list[SqlText]:
    """A ``.sql`` file as one script, because its statements may depend on earlier ones."""
    count = text.count("\n") + 1
    return [SqlText(path, text, tuple(range(1, count + 1)))] if text.strip() else []


def sql_in_python(text: str, path: str) -> list[SqlText]:
    """String literals that start like SQL; a bare one (a docstring) only if it parses.

    Raises:
        SyntaxError: the text is not Python.
    """
    tree = ast.parse(text)
    texts = []
    for node, bare, constants in _outermost_strings(tree, module_texts(tree)):
        # Most literals are not SQL; skip them before the slow tokenizing below.
        if isinstance(node, ast.Constant) and not _STARTS.match(str(node.value)):
            continue
        built = _Text()
        _collect(node, text, constants, built)
        sql = "".join(built.parts)
        if _STARTS.match(sql) and (not bare or _parses(sql)):
            texts.append(built.source(path))
    return texts


def _outermost_strings(
    tree: ast.AST, constants: Mapping[str, str]
) -> Iterator[tuple[ast.expr, bool, Mapping[str, str]]]:
    """Each string, whether it is a whole statement, and the texts that names mean there."""
    if isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef)):
        constants = texts_in(tree, constants)
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.expr) and _is_text(child):
            bare = isinstance(tree, ast.Expr) and isinstance(child, ast.Constant)
            yield child, bare, constants
        else:
            yield from _outermost_strings(child, constants)


def _is_text(node: ast.expr) -> bool:
    """Whether an expression looks like text: a literal, or an operation that starts with one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        return _is_text(node.left)
    if _is_format(node):
        return True
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_format(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and _is_text(node.func.value)
    )


def _collect(node: ast.expr, text: str, constants: Mapping[str, str], into: _Text) -> None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        _collect(node.left, text, constants, into)
        _collect(node.right, text, constants, into)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_text(node.left):
        _collect_with_holes(node.left, PERCENT, text, constants, into)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_format(node):
        _collect_with_holes(node.func.value, BRACES, text, constants, into)
    elif _is_text(node):
        for literal, start in _literals(node, text):
            value = text_of(ast.parse(literal, mode="eval").body, constants) or ""
            where = places(literal, value, start, constants, MARK)
            into.add(value, where, advances="\n" in literal)
    else:
        value = text_or_hole(node, constants)
        into.add(value, [(node.lineno, column_of(node, text))] * len(value), advances=False)


def _collect_with_holes(
    node: ast.expr,
    holes: re.Pattern[str],
    text: str,
    constants: Mapping[str, str],
    into: _Text,
) -> None:
    inner = _Text()
    _collect(node, text, constants, inner)
    template, at = "".join(inner.parts), 0
    # The None at the end stands for the text after the last hole.
    for match in [*holes.finditer(template), None]:
        end = match.start() if match else len(template)
        put_in = hole(match["name"] or "") if match else ""
        into.parts.append(template[at:end] + put_in)
        into.places += inner.places[at:end] + inner.places[end : end + 1] * len(put_in)
        at = match.end() if match else end


def _literals(node: ast.expr, text: str) -> Iterator[tuple[str, Place]]:
    """The adjacent literals that make up one string, each with its place."""
    segment = segment_of(node, text)
    # In parentheses, literals on several lines can be tokenized without the code around them.
    lines = f"({segment}\n)".splitlines(keepends=True)
    depth, start = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
        if token.type == _FSTRING_START:
            depth += 1
            start = token.start if depth == 1 else start
        if token.type == _FSTRING_END:
            depth -= 1
        if depth == 0 and token.type in {tokenize.STRING, _FSTRING_END}:
            begin = start if token.type == _FSTRING_END else token.start
            # The added parenthesis moved the first line by one character.
            column = column_of(node, text) + begin[1] - 1 if begin[0] == 1 else begin[1] + 1
            yield _between(lines, begin, token.end), (node.lineno + begin[0] - 1, column)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    middle = lines[start[0] : end[0] - 1]
    return "".join([lines[start[0] - 1][start[1] :], *middle, lines[end[0] - 1][: end[1]]])


def _filled(text: str) -> str:
    """The text with parameters for placeholders; if it does not parse, with names, or nothing."""
    likely = _fill(text, always_names=False)
    if MARK not in text:
        return likely
    tries = (likely, _fill(text, always_names=True), _HOLE.sub("", text))
    return next((filled for filled in tries if _parses(filled)), likely)


def _fill(text: str, *, always_names: bool) -> str:
    """Replace placeholders; one name always gets the same one, so a CTE can be read by its name."""
    filled, at = "", 0
    for number, match in enumerate(_HOLE.finditer(text), start=1):
        filled += text[at : match.start()]
        at = match.end()
        is_name = always_names or _NAME_BEFORE.search(filled) or _NAME_AFTER.match(text, at)
        filled += ("" if is_name else "@") + f"placeholder_{match[1] or number}"
    return filled + text[at:]


def _parses(text: str) -> bool:
    try:
        with deep_recursion():
            return bool(parse_script(_HOLE.sub("@placeholder", text)))
    except (SqlglotError, Refused):
        return False
