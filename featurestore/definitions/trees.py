"""Parses a file under ``sql/`` with sqlglot; errors name file and line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    from sqlglot import exp


def parse_tree(text: str, path: str) -> exp.Expr:
    """The tree of the one statement of a file.

    Args:
        text: The file's text, GoogleSQL.
        path: For messages, such as ``sql/features/summary.sql``.

    Raises:
        BadInput: the text is not a statement; names file, line and column.
        Refused: it is too long or nested too deeply.
    """
    from sqlglot import exp
    from sqlglot.errors import ParseError, SqlglotError

    from featurestore.parsing import parse_statements

    try:
        statements = parse_statements(text)
    except SqlglotError as error:
        first = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        line, column = first.get("line"), first.get("col")
        place = f"{path}:{line}:{column}" if line else path
        said = first.get("description") or str(error).splitlines()[0]
        raise _refused(place, said.rstrip("."), path) from error
    if not statements:
        raise _refused(path, "it has no statement", path)
    tree = statements[0]
    if isinstance(tree, exp.Command):
        raise _refused(path, f"{tree.name} is not a known statement", path)
    return tree


def _refused(place: str, said: str, path: str) -> BadInput:
    return BadInput(
        f"{place}: does not parse: {said}", hint=f"featurestore lint {path}", origin=path
    )
