"""llms.txt names every page, and is the navigation of the site."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections import Counter

from docs.tools import index
from docs.tools.index import ROOT, Entry
from docs.tools.site import pages

ENTRIES = [entry for entries in index.read().values() for entry in entries]


def test_every_page_is_named_once_and_every_entry_is_a_page() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    written = {path for path in listed if (ROOT / path).exists()}
    assert Counter(entry.path for entry in ENTRIES) == Counter(written)


def test_every_list_item_is_an_entry_with_one_line() -> None:
    items = re.findall(r"^[-*].*$", (ROOT / index.PATH).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(items) == len(ENTRIES)


def test_the_site_opens_with_the_readme_and_lists_every_page_in_a_section() -> None:
    navigation = tomllib.loads(pages.navigation(index.read()))["nav"]
    listed = [path for one in navigation for items in one.values() for item in items
              for path in item.values()]  # fmt: skip
    assert listed[0] == "index.md"
    assert Counter(listed) == Counter(pages.place(entry.path) for entry in ENTRIES)
    assert {"First steps", "Operate", "Reference", "Decisions"} <= {
        name for one in navigation for name in one
    }


def test_a_title_with_quotes_stays_one_title() -> None:
    quoted = {"A": [Entry('a "b" \\ c', "docs/a.md", "d")]}
    assert tomllib.loads(pages.navigation(quoted)) == {"nav": [{"A": [{'a "b" \\ c': "a.md"}]}]}
