"""The public names of the Python packages, with signatures and docstrings; griffe reads them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import griffe

from docs.tools.index import ROOT
from docs.tools.reference import docstrings

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_COLUMNS = 88
_FIXTURE = "pytest.fixture"


def interface() -> str:
    """`featurestore`: what can be called first, then what that returns, then the errors."""
    members = _public("featurestore.api")
    calls = [one for one in members if one.is_function]
    classes = [one for one in members if one.is_class and not _is_error(one)]
    errors = [one for one in members if one.is_class and _is_error(one)]
    reports = _returned(classes, {one.path for one in members})
    return "\n".join(
        [
            "[Using rows in Python](../python.md) has examples.\n",
            *(_function(one, "featurestore.") for one in calls),
            *(_class(one, f"featurestore.{one.name}") for one in classes),
            "## Reports\n\nWhat methods of `Store` return, beside results.\n",
            *(_class(one, one.name, level=3) for one in reports),
            "## Errors\n\n[Exit codes](exit-codes.md) has the exit code of each.\n",
            *(f"- `featurestore.{one.name}`: {_first_line(one)}" for one in errors),
            "",
        ]
    )


def testing() -> str:
    """`featurestore.testing`, and the fixtures that pytest loads."""
    plugin = _modules()["featurestore.testing.plugin"]
    fixtures = [
        one
        for one in plugin.functions.values()
        if any(decorator.callable_path == _FIXTURE for decorator in one.decorators)
        and one.is_public
    ]
    return "\n".join(
        [
            "[Testing features](../testing.md) has examples.\n",
            *(_function(one) for one in _public("featurestore.testing")),
            "## Fixtures\n\npytest loads them by itself.\n",
            *(f"### {one.name}\n\n{docstrings.markdown(one.docstring)}\n" for one in fixtures),
        ]
    )


@cache
def _modules() -> griffe.ModulesCollection:
    """The packages, read and not imported."""
    loader = griffe.GriffeLoader(search_paths=[ROOT], allow_inspection=False)
    for package in ("featurestore", "sync"):
        loader.load(package)
    loader.resolve_aliases()
    return loader.modules_collection


def _public(module: str) -> list[griffe.Object]:
    """What a module's `__all__` names, in its order."""
    source = _modules()[module]
    return [_final(source[str(name)]) for name in source.exports or ()]


def _final(one: griffe.Object | griffe.Alias) -> griffe.Object:
    return one.final_target if isinstance(one, griffe.Alias) else one


def _is_error(one: griffe.Object) -> bool:
    return one.module.path == "sync.errors"


def _returned(classes: Iterable[griffe.Object], known: set[str]) -> list[griffe.Object]:
    """The classes of ours that methods return, beside the known ones."""
    paths = {
        name.canonical_path
        for cls in classes
        for method in _methods(cls)
        if isinstance(method, griffe.Function) and isinstance(method.returns, griffe.Expr)
        for name in method.returns.iterate(flat=True)
        if isinstance(name, griffe.ExprName)
    }
    ours = [path for path in sorted(paths) if path.startswith(("featurestore.", "sync."))]
    return [one for one in (_final(_modules()[path]) for path in ours) if one.path not in known]


def _class(one: griffe.Object, title: str, level: int = 2) -> str:
    """A class with its docstring and its public methods."""
    shown = (_function(method, f"{one.name}.", level + 1) for method in _methods(one))
    head = f"{'#' * level} {title}\n\n{docstrings.markdown(one.docstring)}\n"
    return "\n".join([head, *shown])


def _methods(one: griffe.Object) -> list[griffe.Object]:
    """The public methods and properties of a class, inherited ones first."""
    members = [_final(member) for member in one.all_members.values()]
    return [
        member
        for member in members
        if not member.name.startswith("_") and (member.is_function or "property" in member.labels)
    ]


def _function(one: griffe.Object, prefix: str = "", level: int = 2) -> str:
    """A function, method or property with its signature and docstring."""
    head = f"{'#' * level} {prefix}{one.name}\n\n"
    if isinstance(one, griffe.Function):
        shown = _wrapped(one.signature(return_type=True))
    else:
        assert isinstance(one, griffe.Attribute)
        shown = f"{one.name}: {one.annotation}"
    return f"{head}```python\n{shown}\n```\n\n{docstrings.markdown(one.docstring)}\n"


def _wrapped(signature: str) -> str:
    """A signature with a parameter a line, where it is too long for one."""
    if len(signature) <= MOST_COLUMNS:
        return signature
    begin, _, rest = signature.partition("(")
    lines, depth = [""], 0
    for position, letter in enumerate(rest):
        depth += (letter in "([") - (letter in ")]")
        if depth < 0:
            end = rest[position:]
            break
        if letter == "," and not depth:
            lines.append("")
        else:
            lines[-1] += letter
    inner = "".join(f"    {line.strip()},\n" for line in lines)
    return f"{begin}(\n{inner}{end}"


def _first_line(one: griffe.Object) -> str:
    return docstrings.markdown(one.docstring).partition("\n")[0]
