"""Composes the relations of ``sql/features`` into one GoogleSQL statement. Pure."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from featurestore.definitions.sql_files import SqlFile


def by_name(files: Iterable[SqlFile]) -> dict[str, SqlFile]:
    """Relations by name."""
    return {file.name: file for file in files}


def dependency_order(
    roots: Iterable[str], files: Mapping[str, SqlFile], tables: Container[str] = ()
) -> tuple[SqlFile, ...]:
    """The roots and everything that they read, each after its inputs, without warehouse tables.

    The order depends only on the headers, not on the order of ``files``. ``tables`` are more names
    that no file defines.

    Raises:
        Refused: a relation is missing, or two relations read each other.
    """
    done: dict[str, SqlFile] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in done or "." in name or name in tables:
            return
        if name in path:
            raise Refused(f"{name}: reads itself through {' -> '.join((*path, name))}")
        if name not in files:
            reader = path[-1] if path else "the caller"
            raise Refused(f"{name}: no such relation in sql/features, named by {reader}")
        for dependency in files[name].header.inputs:
            visit(dependency, (*path, name))
        done[name] = files[name]

    for root in roots:
        visit(root, ())
    return tuple(done.values())


def compose_sql(root: str, files: Mapping[str, SqlFile]) -> str:
    """One SELECT statement that returns the rows of ``root``: its inputs are its CTEs, in order."""
    *inputs, last = dependency_order([root], files)
    parts = [f"{file.name} AS (\n{textwrap.indent(file.text.strip(), '  ')}\n)" for file in inputs]
    if not parts:
        return last.text
    # The root is a subquery, so that its own CTEs cannot clash with the relations.
    body = f"SELECT *\nFROM (\n{textwrap.indent(last.text.strip(), '  ')}\n)"
    return "WITH\n" + ",\n".join(parts) + "\n" + body + "\n"
