"""Compares the inputs in a relation's header with what its statement reads. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore.bounds import tables_read
from featurestore.bounds.finding import Finding
from featurestore.bounds.relations import table_key
from featurestore.bounds.script import position
from featurestore.definitions.own_files import input_line, nearest
from featurestore.parsing import parse_statements
from featurestore.statement_size import deep_recursion
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from featurestore.definitions.sql_files import SqlFile


def input_findings(file: SqlFile, known: Collection[str]) -> list[Finding]:
    """Inputs that are read but not in the header, or in the header but not read, in line order.

    Args:
        file: One SELECT. Text that does not parse has no findings here; the analyzer refuses it.
        known: What a relation may read: bare relations, tables by ``dataset.table``.
    """
    try:
        with deep_recursion():
            trees = parse_statements(file.text)
            if len(trees) != 1 or not isinstance(trees[0], exp.Query):
                return [_not_a_select(file, trees)]
            findings = [*_unnamed(file, trees[0], known), *_unread(file, trees[0], known)]
    except (SqlglotError, Refused):
        return []
    return sorted(findings, key=lambda finding: (finding.line, finding.column))


def _not_a_select(file: SqlFile, trees: list[exp.Expr]) -> Finding:
    kinds = ", ".join(tree.key.upper() for tree in trees) or "no statement"
    message = f"relation {file.name}: must be one SELECT, is {kinds}"
    return Finding(file.path, 1, 1, "relation", "error", message, hint="one file, one SELECT")


def _unnamed(file: SqlFile, tree: exp.Query, known: Collection[str]) -> Iterator[Finding]:
    named = {name.lower() for name in file.header.inputs}
    # A path such as `game.quarters` in FROM is an array column of the table read as `game`.
    aliases = {source.alias_or_name.lower() for source in tree.find_all(exp.Table, exp.Subquery)}
    read = {name for name in tables_read(tree) if name.partition(".")[0] not in aliases - {name}}
    places = {table_key(node): position(node, file.text) for node in _tables_last_first(tree)}
    lower = {name.lower() for name in known}
    for name in sorted(read - named):
        line, column = places.get(name, (1, 1))
        if name in lower:
            inputs = ", ".join([*file.header.inputs, name])
            message = f"reads {name}, which the header's inputs do not name"
            hint = f"write in the header: inputs: {inputs}"
        else:
            message = f"FROM {name}: neither a relation nor a table of the replica"
            hint = nearest(name, known)
        yield Finding(file.path, line, column, "relation", "error", message, hint=hint)


def _unread(file: SqlFile, tree: exp.Query, known: Collection[str]) -> Iterator[Finding]:
    read = tables_read(tree)
    for name in file.header.inputs:
        # An input that does not exist was reported above.
        if name.lower() not in read and name in known:
            message = f"input {name}: the statement does not read it"
            hint = f"take {name} out of the header's inputs"
            line = input_line(file, name)
            yield Finding(file.path, line, 1, "relation", "error", message, hint=hint)


def _tables_last_first(tree: exp.Query) -> list[exp.Table]:
    """Each FROM, last first, so that a dict by name keeps the first."""
    return [*tree.find_all(exp.Table, bfs=False)][::-1]
