"""Checks SQL files: bounds of every scan, and constructs that are not proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore.bounds import check_bounds
from featurestore.dialect.refuse import unproven
from featurestore.finding import Finding
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def lint_paths(paths: Sequence[Path], partitioned: Mapping[str, str]) -> tuple[Finding, ...]:
    """Findings of all ``.sql`` files, in order; a folder stands for the files below it.

    Raises:
        BadInput: a path does not exist, or a file does not parse.
    """
    findings: list[Finding] = []
    for path in paths:
        if not path.exists():
            raise BadInput(f"{path}: no such file or folder", path=str(path))
        files = sorted(path.rglob("*.sql")) if path.is_dir() else [path]
        for file in files:
            findings += lint_text(file.read_text(encoding="utf-8"), str(file), partitioned)
    return tuple(findings)


def lint_text(sql: str, origin: str, partitioned: Mapping[str, str]) -> list[Finding]:
    """Findings of one text. Pure."""
    findings = check_bounds(sql, partitioned, origin=origin)
    try:
        trees = sqlglot.parse(sql, read="bigquery")
    except SqlglotError as error:
        raise BadInput(f"{origin}: does not parse") from error
    for tree in trees:
        if not isinstance(tree, exp.Query):
            continue
        findings += [
            Finding(
                path=origin,
                line=refusal.line,
                rule="unproven",
                severity="error",
                table="",
                cte="",
                message=f"{refusal.construct} is not proven to give the same rows in DuckDB",
                hint=f"write {refusal.instead}" if refusal.instead else "",
            )
            for refusal in unproven(tree)
        ]
    return sorted(findings, key=lambda finding: finding.line)
