"""Checks the user's own relations as the tests check the shipped ones, before they are run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.definitions import tables
from featurestore.googlesql import passed
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from featurestore.definitions.sql_files import SqlFile

_KIND = "own relation"


def require_sound(files: Iterable[SqlFile], known: Iterable[str]) -> None:
    """Refuse relations whose headers are wrong, or that scan a table without bounds.

    A file that has passed is not checked again.

    Args:
        files: The user's own relations.
        known: What they may read: relations by name, tables by ``dataset.table``.

    Raises:
        BadInput: a statement is not one SELECT, or reads what its header does not name.
        Refused: a scan lacks a bound, or reaches further back than the header says.
    """
    names = sorted(known)
    for file in files:
        key = passed.digest(_KIND, file.text, names)
        if passed.facts(key) is None:
            _require(file, names)
            passed.remember(key, {})


def _require(file: SqlFile, known: list[str]) -> None:
    # Loads sqlglot.
    from featurestore.lint import check
    from featurestore.lint.relation_inputs import input_findings

    partitioned = {**tables.partitioned(), tables.FEATURES_VIEW: "game_date"}
    context = check.Context(partitioned, upper=True)
    for finding in (
        *input_findings(file, known),
        *check.bounds(file.text, context),
        *check.lookback(file.text, context),
    ):
        if finding.severity != "error" or finding.rule == "syntax":
            continue
        kind = BadInput if finding.rule == "relation" else Refused
        raise kind(
            f"{file.path}:{finding.line}: {finding.message}",
            hint=finding.hint,
            origin=file.path,
            line=finding.line,
        )
