"""Links between the pages: none is dead, and they are right in the repository and in the site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from docs.tools import index
from docs.tools.index import ROOT
from docs.tools.site import pages

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [entry.path for entries in index.read().values() for entry in entries]


def anchors(text: str) -> set[str]:
    """What the headings of a page are called, by a git host and by the site."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}


def dead(page: str, text: str) -> list[str]:
    wrong = []
    for link in index.links(text):
        path, anchor = ROOT / index.target(page, link), link.partition("#")[2]
        if not path.exists() or (anchor and anchor not in anchors(path.read_text("utf-8"))):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES)
def test_no_link_is_dead(page: str) -> None:
    assert dead(page, (ROOT / page).read_text(encoding="utf-8")) == []


def test_a_dead_link_and_a_dead_anchor_would_be_found() -> None:
    text = "[a](nowhere.md) [b](glossary.md#nothing) [c](glossary.md#glossary) `[d](no.md)`\n"
    assert dead("docs/tutorial.md", text) == ["nowhere.md", "glossary.md#nothing"]


def test_links_follow_pages_to_their_place_in_the_site() -> None:
    text = "[a](../README.md) [b](adr) [c](rules/FS001.md#x) [d](../sql/features/target.sql)\n"
    text += "[e](https://example.org) [f](#here) `[g](nowhere.md)`\n\n```text\n[h](no.md)\n```\n"
    moved, files = pages.moved(text, "docs/tutorial.md", PAGES, ROOT)
    assert moved.split("\n")[:2] == [
        "[a](index.md) [b](adr/index.md) [c](rules/FS001.md#x) [d](sql/features/target.sql)",
        "[e](https://example.org) [f](tutorial.md#here) `[g](nowhere.md)`",
    ]
    assert moved.endswith("```text\n[h](no.md)\n```\n")
    assert files == {"sql/features/target.sql"}
    below, _ = pages.moved("[a](../../README.md) [b](0001.md)\n".replace("0001", "README"),
                           "docs/adr/README.md", PAGES, ROOT)  # fmt: skip
    assert below == "[a](../index.md) [b](index.md)\n"
    with pytest.raises(FileNotFoundError, match=r"docs/tutorial\.md: links to no\.md"):
        pages.moved("[a](no.md)", "docs/tutorial.md", PAGES, ROOT)


def test_the_layout_has_every_page_and_no_link_out_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    (folder / "old").mkdir(parents=True)
    pages.lay_out(ROOT, folder)
    laid = {str(path.relative_to(folder)) for path in folder.rglob("*.md")}
    assert laid == {pages.place(page) for page in PAGES}
    assert not (folder / "old").exists()
    for page in (*laid, "llms.txt"):
        for link in index.links((folder / page).read_text(encoding="utf-8")):
            path = (folder / index.target(page, link)).resolve()
            assert path.is_file(), f"{page}: {link}"
            assert path.is_relative_to(folder.resolve()), f"{page}: {link}"
