"""The files of the reference: the pages, and their sections in the list of pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docs.tools import index
from docs.tools.index import Entry
from docs.tools.reference import (
    commands,
    decisions,
    exit_codes,
    gap_reasons,
    lint_rules,
    python_api,
    settings,
)

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = "make reference"
_NOTE = f"<!-- written by `{COMMAND}`; change the code it is made from -->"


def texts(root: Path) -> dict[str, str]:
    """The text that each file should have, by its path below the root. Changes nothing."""
    of = "docs/reference"
    reference = {
        Entry("Commands", f"{of}/commands.md", "each with its options"): commands.page(),
        Entry("Settings", f"{of}/settings.md", "type, default, variable, meaning"): settings.page(),
        Entry(
            "Exit codes", f"{of}/exit-codes.md", "what each means, and the errors in Python"
        ): exit_codes.page(),
        Entry(
            "Gap reasons", f"{of}/gap-reasons.md", "what each means, and the option that repairs it"
        ): gap_reasons.page(),
        Entry(
            "featurestore in Python", f"{of}/python.md", "signatures and docstrings"
        ): python_api.interface(),
        Entry(
            "featurestore.testing", f"{of}/testing.md", "functions for tests, and pytest fixtures"
        ): python_api.testing(),
    }
    rules = {Entry("Lint rules", lint_rules.INDEX, "all, by code"): lint_rules.page()}
    made = decisions.entries(root)
    all_made = {Entry("Decisions", decisions.INDEX, "all, by number"): decisions.page(made)}
    sections = {
        "Reference": [*reference],
        "Lint rules": [*rules, *lint_rules.entries()],
        "Decisions": [*all_made, *made],
    }
    pages = {
        entry.path: f"# {entry.title}\n\n{_NOTE}\n\n{text}"
        for entry, text in (reference | rules | all_made).items()
    }
    listed = (root / index.PATH).read_text("utf-8")
    for name, entries in sections.items():
        listed = _with_section(listed, name, entries)
    return pages | {index.PATH: listed}


def outdated(root: Path) -> list[str]:
    """The files that differ from what the code generates."""
    return [*_changed(root)]


def write(root: Path) -> list[str]:
    """Write each file that differs from what the code generates; returns their paths."""
    changed = _changed(root)
    for path, text in changed.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return [*changed]


def _changed(root: Path) -> dict[str, str]:
    return {path: text for path, text in texts(root).items() if _held(root / path) != text}


def _held(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


def _with_section(text: str, name: str, entries: list[Entry]) -> str:
    """The list of pages with these entries in a section, in place of those that it has."""
    before, heading, after = text.partition(f"\n## {name}\n\n")
    assert heading, f"{index.PATH}: no section {name}"
    lines = "".join(f"- [{one.title}]({one.path}): {one.line}\n" for one in entries)
    return before + heading + lines + re.sub(r"\A(- .*\n)*", "", after)
