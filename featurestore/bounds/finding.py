"""A finding of a check of SQL, and its place. Pure vocabulary."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Literal

Severity = Literal["error", "warning"]
Side = Literal["", "lower", "upper", "both"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of a statement.

    Attributes:
        path: The file, or another name for the source of the SQL.
        line: Line in that file, from 1.
        column: Character in that line, from 1.
        rule: Short name of the rule, e.g. ``unbounded`` or ``leak-frame``.
        severity: A warning does not fail a run.
        message: What is wrong: the object first.
        table: The warehouse table concerned, as ``dataset.table``, or empty.
        cte: The CTE that it is in, or empty.
        side: The bound that is missing, for rules on bounds.
        predicate: SQL that would fix it, or empty.
        hint: Where the predicate goes, or what to change.
    """

    path: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    table: str = ""
    cte: str = ""
    side: Side = ""
    predicate: str = ""
    hint: str = ""

    def at(self, path: str, first_line: int) -> Finding:
        """The same finding in a file where the checked text starts at ``first_line``."""
        return replace(self, path=path, line=self.line + first_line - 1)

    def as_json(self) -> dict[str, str | int]:
        """Field names and values, ready for ``json.dumps``."""
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.message} [{self.rule}]"
        )
