"""llms.txt names every page of docs, and its links lead to files."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINKS = re.findall(
    r"^- \[[^]]+\]\(([^)]+)\): ", (ROOT / "llms.txt").read_text("utf-8"), re.MULTILINE
)


def test_every_page_of_docs_is_named_once_and_every_link_leads_to_a_file() -> None:
    assert [link for link in LINKS if not (ROOT / link).is_file()] == []
    assert len(LINKS) == len(set(LINKS))
    pages = {str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md")}
    assert pages - set(LINKS) == set()
