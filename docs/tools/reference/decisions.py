"""The decisions, from the headings of their pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docs.tools.index import Entry

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "docs/adr"
INDEX = f"{FOLDER}/README.md"
_SUPERSEDED = re.compile(r"^\*?Superseded by \[(\d+)\]", re.MULTILINE)


def entries(root: Path) -> list[Entry]:
    """The page of each decision, by number, with whether it is in force."""
    made = []
    for path in sorted((root / FOLDER).glob("[0-9]*.md")):
        text = path.read_text("utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        later = _SUPERSEDED.search(text)
        status = f"superseded by {later[1]}" if later else "in force"
        made.append(Entry(title, f"{FOLDER}/{path.name}", status))
    return made


def page(entries: list[Entry]) -> str:
    """The list of decisions."""
    lines = "".join(
        f"- [{one.title}]({one.path.removeprefix(f'{FOLDER}/')}): {one.line}\n" for one in entries
    )
    return f"""\
Each page says what was decided, what was measured, and what was rejected.

{lines}"""
