"""Copies the pages of the repository into one folder, as the generator of the site needs them.

A page from outside of ``docs/`` moves, and links are adjusted.
"""

from __future__ import annotations

import json
import posixpath
import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from docs.tools import index

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from docs.tools.index import Entry


def place(path: str) -> str:
    """The path of a page in the site; a README.md becomes the index of its folder."""
    if "/" not in path:
        path = path.lower()
    moved = PurePosixPath(path.removeprefix("docs/"))
    return str(moved.with_name("index.md") if moved.name.lower() == "readme.md" else moved)


def moved(text: str, page: str, pages: Iterable[str], root: Path) -> tuple[str, set[str]]:
    """A page's text with its links as in the site, and the other files that it links to.

    Args:
        text: The Markdown.
        page: Its path in the repository.
        pages: The paths of all pages.
        root: Of the repository.

    Raises:
        FileNotFoundError: a link leads to no file, or to a folder without a page.
    """
    known, files = set(pages), set()

    def follow(link: str) -> str:
        path = index.target(page, link)
        if (root / path).is_dir():
            path = posixpath.join(path, "README.md")
        if not (root / path).is_file():
            raise FileNotFoundError(f"{page}: links to {link}, which is not a file")
        if path not in known:
            files.add(path)
        here = place(page) if page in known else page
        there = place(path) if path in known else path
        _, mark, anchor = link.partition("#")
        return posixpath.relpath(there, posixpath.dirname(here) or ".") + mark + anchor

    return index.with_links(text, follow), files


def lay_out(root: Path, folder: Path) -> None:
    """Write every page, and the files that they link to, below a folder; it is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = [entry.path for entries in index.read(root).values() for entry in entries]
    for page in (*pages, index.PATH):
        text, files = moved((root / page).read_text("utf-8"), page, pages, root)
        target = folder / (place(page) if page in pages else page)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / file, folder / file)


def navigation(sections: dict[str, list[Entry]]) -> str:
    """The sections as `nav` of the generator's settings, which are TOML."""
    lines = [
        f"  {{ {json.dumps(name)} = [\n"
        + "".join(
            f"    {{ {json.dumps(entry.title)} = {json.dumps(place(entry.path))} }},\n"
            for entry in entries
        )
        + "  ] },\n"
        for name, entries in sections.items()
    ]
    return f"nav = [\n{''.join(lines)}]\n"
