"""The rules of `featurestore lint`, from their registry."""

from __future__ import annotations

from docs.tools.index import Entry
from docs.tools.reference.markdown import code, table
from featurestore.lint.rules import CODES, SUMMARIES

INDEX = "docs/rules/README.md"


def page() -> str:
    """Each rule with its code, name and page."""
    rows = [
        (f"[{number}]({number}.md)", code(rule), SUMMARIES[rule]) for rule, number in CODES.items()
    ]
    return f"""\
`featurestore lint PATH...` checks SQL in files and in Python strings. `--select` and `--ignore`
take codes, beginnings of codes (`FS2`) and names.

{table(["code", "name", "finds"], rows)}"""


def entries() -> list[Entry]:
    """The page of each rule, for the list of pages."""
    return [
        Entry(f"{number} {rule}", f"docs/rules/{number}.md", SUMMARIES[rule])
        for rule, number in CODES.items()
    ]
