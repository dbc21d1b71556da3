"""The pages of the documentation, as ``llms.txt`` lists them: also the navigation of the site.

Its sections are lists of ``- [Title](path): one line``. Pure, except :func:`read`.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PATH = "llms.txt"
_ENTRY = re.compile(r"^- \[(?P<title>[^]]+)\]\((?P<path>[^)]+)\): (?P<line>.+)$", re.MULTILINE)
_LINK = re.compile(r"(?<=\]\()(?!\w+:)[^)\s]+(?=\))")
_FENCE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its title, its path below the root of the repository, one line about it."""

    title: str
    path: str
    line: str


def read(root: Path = ROOT) -> dict[str, list[Entry]]:
    """The pages by section, in their order."""
    _, *sections = re.split(r"^## ", (root / PATH).read_text("utf-8"), flags=re.MULTILINE)
    return {
        section.splitlines()[0]: [Entry(**entry.groupdict()) for entry in _ENTRY.finditer(section)]
        for section in sections
    }


def target(page: str, link: str) -> str:
    """The path below the root to which a relative link of a page leads, without its anchor."""
    path = link.partition("#")[0]
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page


def with_links(text: str, changed: Callable[[str], str]) -> str:
    """The Markdown with each relative link replaced; code stays as it is."""
    parts = _FENCE.split(text)
    parts[::2] = [_LINK.sub(lambda link: changed(link[0]), part) for part in parts[::2]]
    return "".join(parts)


def links(text: str) -> list[str]:
    """The relative links of a Markdown text, outside of code."""
    return [link for part in _FENCE.split(text)[::2] for link in _LINK.findall(part)]
