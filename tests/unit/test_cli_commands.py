"""Commands that the command line prints can be copied: they name the settings file of the run."""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from featurestore.cli import commands
from featurestore.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

CLI = Path(commands.__file__).parent


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    commands.remember_config([])


def test_every_command_that_takes_a_settings_file_is_listed() -> None:
    taking = set()
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        verbs = getattr(command, "commands", None)
        for verb, one in (
            {f"{name} {sub}": one for sub, one in verbs.items()}.items()
            if verbs
            else [(name, command)]
        ):
            if any("--config" in option.opts for option in one.params):
                taking.add(verb)
    assert taking == set(commands.WITH_CONFIG)


@pytest.mark.parametrize("words", [["--config", "a b.toml"], ["--config=a b.toml"]])
def test_a_printed_command_names_the_settings_file(words: list[str]) -> None:
    commands.remember_config(["status", *words])
    shown = commands.with_config("featurestore diff; then featurestore gaps audit --season 2024-25")
    assert shown == (
        "featurestore diff --config 'a b.toml';"
        " then featurestore gaps audit --config 'a b.toml' --season 2024-25"
    )
    assert commands.with_config("featurestore init", html.escape) == (
        "featurestore init --config &#x27;a b.toml&#x27;"
    )


@pytest.mark.parametrize(
    "text",
    [
        "featurestore init --config other.toml",
        "featurestore pull --help",
        "featurestore features list",
        "set sql in featurestore.toml",
        "featurestore pulls rows",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    commands.remember_config(["--config", "a.toml"])
    assert commands.with_config(text) == text


def test_without_the_option_nothing_is_added() -> None:
    commands.remember_config(["--config", "a.toml"])
    commands.remember_config(["status"])
    assert commands.with_config("featurestore init") == "featurestore init"


def test_no_verb_prints_a_command_without_the_settings_file() -> None:
    command = re.compile(rf"\bfeaturestore ({'|'.join(commands.WITH_CONFIG)})\b")
    printed = []
    for file in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "typer.echo":
                text = ast.unparse(node.args[0])
                printed += [f"{file.name}: {text}"] if command.search(text) else []
    assert printed == []
