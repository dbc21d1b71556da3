"""The prose of the code: its docstrings, comments and messages use no private dialect."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[2]
SWEPT = ("featurestore", "sync", "docs/tools")
# What a native speaker would not say, with what to say instead.
PHRASES = {
    r"\banew\b": "again",
    r"\bmends?\b": "fixes",
    r"\bwho ?ever\b": "name the person or the program",
    r"\bsomebody('s)?\b": "another user, another program",
    r"\btold apart\b": "distinguished",
    r"\btells?\b": "says, shows, reports",
    r"\btold\b": "reported, named",
    r"\bgoes? without\b": "cannot be combined with",
    r"(?<![Tt]here )\bis no (?!longer\b)": "is not a",
    r"(?<![Tt]here )\bare none\b": "are not",
    r"\b(?:comes|came) home\b": "returns",
    r"\bhas the last word\b": "decides",
    r"\bof (?:its|their|his) own\b": "separate, its own",
    r"\b(?:lies|lie) in\b": "is in",
    r"\bbut for\b": "except",
    r"\bhas not\b(?! (?:\w+ed|been|changed|done|run|written|seen)\b)": "does not have",
    r"\btakes? back\b|\btaken back\b|\bput back\b": "undo, restore",
    r"\bworth knowing\b": "name it: a note, a warning",
    r"\bfor it is\b|, for (?:it|they|this|that) ": "because",
    r"\bexchange the two\b": "swap the two",
    r"\bgives\b(?! up)": "returns, has",
}


_SQL = re.compile(r"\b(SELECT|FROM)\b")


def swept() -> list[Path]:
    files: list[Path] = []
    for name in SWEPT:
        files += ROOT.glob(f"{name}/**/*.py")
    return sorted(files)


def prose(text: str) -> list[tuple[int, str]]:
    """Line and text of docstrings, other strings and comments."""
    found = [
        (node.lineno, node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if not _SQL.search(node.value)
    ]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return found + [(t.start[0], t.string) for t in tokens if t.type == tokenize.COMMENT]


def findings(text: str) -> list[str]:
    return [
        f"{line}: {match[0]!r} (say: {better})"
        for line, words in prose(text)
        for phrase, better in PHRASES.items()
        for match in re.finditer(phrase, words)
    ]


def test_prose_is_plain_english() -> None:
    files = swept()
    assert len(files) > 200
    assert {
        str(file.relative_to(ROOT)): listed
        for file in files
        if (listed := findings(file.read_text(encoding="utf-8")))
    } == {}


def test_a_phrase_is_found_in_docstrings_messages_and_comments() -> None:
    text = '"""A date, or none: it is no date."""\nprint(f"{1}: goes without 2")  # Made anew.\n'
    assert [finding.partition(" (")[0] for finding in findings(text)] == [
        "1: 'is no '",
        "2: 'goes without'",
        "2: 'anew'",
    ]


def test_plain_english_passes() -> None:
    text = '"""There is no table, and there are none; it has not changed, and gives up."""\n'
    assert findings(text) == []
