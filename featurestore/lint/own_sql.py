"""Checks of the user's own relations beyond their texts: neighbours, headers, inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from featurestore.bounds.finding import Finding
from featurestore.definitions import own_files, sql_files
from featurestore.lint.relation_inputs import input_findings
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence


class OwnSql:
    """The folders of the user's own relations, from the setting ``sql``.

    Attributes:
        folders: Their paths, each once.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = [Path(folder) for folder in dict.fromkeys(folders)]
        found, self._problems = own_files.read_folders(folders)
        self._files = {Path(file.path).resolve(): file for file in found}
        self._known = own_files.known_names(found) if folders else {}
        shipped = sql_files.load("features") if folders else ()
        self._texts = {file.name: file.text for file in (*shipped, *found)}

    def require_folders(self) -> None:
        """Refuse folders that are missing or empty.

        Raises:
            BadInput: with the first such folder.
        """
        for problem in self._problems:
            if not problem.line:
                raise BadInput(f"{problem.path}: {problem.message}", hint=problem.hint)

    def neighbours(self, path: Path) -> dict[str, str] | None:
        """SELECTs that a file may read by bare names; None for a file outside the folders."""
        file = self._files.get(path.resolve())
        if file is None:
            return None
        return {name: text for name, text in self._texts.items() if name != file.name}

    def findings(self, path: Path) -> list[Finding]:
        """Problems of a file's header and inputs; empty for a file outside the folders."""
        where = path.resolve()
        found = [
            Finding(
                str(path),
                problem.line,
                1,
                "relation",
                "error",
                problem.message,
                hint=problem.hint,
            )
            for problem in self._problems
            if problem.line and Path(problem.path).resolve() == where
        ]
        if where in self._files:
            found += input_findings(self._files[where], self._known)
        return found
