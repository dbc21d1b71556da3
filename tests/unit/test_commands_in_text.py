"""Commands that pages and messages name exist, with the options that they name."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from docs.tools import index
from docs.tools.index import ROOT
from featurestore.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click import Command

# A decision and an entry of the changelog name what there was.
PAGES = [
    entry.path
    for entries in index.read().values()
    for entry in entries
    if not entry.path.startswith("docs/adr/0") and entry.path != "CHANGELOG.md"
]
MODULES = [path for top in ("featurestore", "sync") for path in (ROOT / top).rglob("*.py")]
_CODE = re.compile(r"^```\w*\n.*?^ *```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?:^|(?<=[`$/ ]))featurestore (?=([a-z-].*))")
_END = re.compile(r"[`;,]| then | or | and |featurestore")
# What messages say of the program itself: it runs from a folder, ...
PROSE = {"if", "runs", "undo"}


@cache
def tree() -> Command:
    return get_command(app)


def unknown(words: list[str]) -> str:
    """What of a command line is neither a command nor an option of it; '' if nothing is."""
    command, words = tree(), list(words)
    options = {"--help", "--version", "--debug"}
    while words and isinstance(command, TyperGroup) and words[0][0] not in "-[":
        if words[0] not in command.commands:
            return words[0]
        command = command.commands[words.pop(0)]
    options |= {one for parameter in command.params for one in parameter.opts}
    options |= {one for parameter in command.params for one in parameter.secondary_opts}
    named = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    return next((word for word in named if word not in options), "")


def command_lines(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        for rest in _COMMAND.findall(line):
            words = re.findall(r"--?[a-z][a-z-]*|[^\s.'\"()]+", _END.split(rest)[0])
            if words[0] not in PROSE:
                yield words


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_commands_that_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    code = "\n".join(_CODE.findall(text))
    assert {
        " ".join(words): unknown(words) for words in command_lines(code) if unknown(words)
    } == {}


def texts(module: str) -> Iterator[str]:
    """The texts of a module, with an X for each value in them."""
    for node in ast.walk(ast.parse(module)):
        if isinstance(node, ast.JoinedStr):
            parts = [one.value if isinstance(one, ast.Constant) else "X" for one in node.values]
            yield "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_messages_name_commands_that_exist() -> None:
    lines = [
        words
        for path in MODULES
        for text in texts(path.read_text(encoding="utf-8"))
        for words in command_lines(text)
    ]
    assert len(lines) > 100
    assert {" ".join(words): unknown(words) for words in lines if unknown(words)} == {}


def test_a_wrong_command_and_a_wrong_option_would_be_found() -> None:
    lines = "`featurestore gaps audits`\n$ .venv/bin/featurestore push --dry-runs\n"
    assert [unknown(words) for words in command_lines(lines)] == ["audits", "--dry-runs"]
    assert [unknown(words) for words in command_lines("featurestore gaps audit --json")] == [""]
