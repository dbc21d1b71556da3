"""Which names of a Python file are bound to a text: constants, and names in functions. Pure."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MARK = "\0"
"""A placeholder in a text under construction is its name, which may be empty, between two marks."""

PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[sdrf]")
BRACES = re.compile(r"(?<!\{)\{(?P<name>\w*)(?:[!:][^{}]*)?\}(?!\})")


def hole(name: str) -> str:
    """A placeholder; its name may be empty."""
    return f"{MARK}{name}{MARK}"


def module_texts(tree: ast.Module) -> dict[str, str]:
    """Names that the module binds once, at its top level, to a text on one line."""
    at_top = [statement for statement in tree.body if isinstance(statement, _ASSIGNMENTS)]
    return _texts(at_top, _names(tree.body), {})


def texts_in(
    function: ast.FunctionDef | ast.AsyncFunctionDef, around: Mapping[str, str]
) -> dict[str, str]:
    """The texts of the names that are visible in a function.

    Args:
        function: Its arguments and the names that it binds hide those around it.
        around: The texts of the names where the function is defined.
    """
    arguments = function.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    starred = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    bound = [*_names(function.body), *[argument.arg for argument in (*listed, *starred)]]
    hidden = set(bound)
    visible = {name: text for name, text in around.items() if name not in hidden}
    assigned = [node for node in _own_nodes(function.body) if isinstance(node, _ASSIGNMENTS)]
    return _texts(assigned, bound, visible)


_ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _texts(
    assigned: Iterable[ast.Assign | ast.AnnAssign], bound: list[str], visible: Mapping[str, str]
) -> dict[str, str]:
    """``visible`` and the names that exactly one assignment binds, to a text."""
    known, times = dict(visible), Counter(bound)
    for statement in assigned:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        target = targets[0]
        if isinstance(target, ast.Name) and len(targets) == 1 and times[target.id] == 1:
            text = text_of(statement.value, known)
            if text and "\n" not in text:
                known[target.id] = text
    return known


def text_of(node: ast.expr | None, known: Mapping[str, str]) -> str | None:
    """The text of an expression, with placeholders for unknown parts; None if it is not text.

    Args:
        node: A literal, or an expression built from one.
        known: The texts of names.
    """
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part, known) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _with_holes(text_of(node.left, known), PERCENT)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = (text_of(side, known) for side in (node.left, node.right))
        if left is None and right is None:
            return None
        return (left or text_or_hole(node.left, known)) + (right or text_or_hole(node.right, known))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        inner = text_of(node.func.value, known) if node.func.attr == "format" else None
        return _with_holes(inner, BRACES)
    return None


def _part(part: ast.expr, known: Mapping[str, str]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return text_or_hole(part.value, known) if isinstance(part, ast.FormattedValue) else hole("")


def text_or_hole(node: ast.expr, known: Mapping[str, str]) -> str:
    """The text of an expression that is a known name, otherwise a placeholder."""
    return known.get(node.id, hole(node.id)) if isinstance(node, ast.Name) else hole("")


def _with_holes(text: str | None, holes: re.Pattern[str]) -> str | None:
    return None if text is None else holes.sub(lambda match: hole(match["name"] or ""), text)


def _names(body: Iterable[ast.stmt]) -> list[str]:
    """The names that statements bind, repeated for each binding, except those of inner scopes."""
    return [
        node.id
        for node in _own_nodes(body)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


def _own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope in file order, except those of inner functions and classes."""
    for node in body:
        yield node
        if not isinstance(node, _SCOPES):
            yield from _own_nodes(ast.iter_child_nodes(node))
