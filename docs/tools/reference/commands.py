"""The commands, from the command line itself: typer writes its own help as Markdown."""

from __future__ import annotations

import inspect
import re

import typer
import typer.cli
from typer.core import TyperGroup
from typer.main import get_command

from featurestore.cli.app import app

NAME = "featurestore"


def page() -> str:
    """Each command with its arguments, options and help text."""
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    _keep_whole_lines(command)
    text = typer.cli.get_docs_for_click(
        obj=command, ctx=typer.Context(command, info_name=NAME), name=NAME
    )
    # Its first line is a title, which the page has; the usage line cannot be run as a command.
    text = text.partition("\n\n")[2].replace("```console\n$ ", "```text\n")
    return re.sub(r"^#+ `(.*)`$", _heading, text, flags=re.MULTILINE)


def _heading(title: re.Match[str]) -> str:
    return f"{'#' * title[1].count(' ')}# {title[1].removeprefix(f'{NAME} ')}"


def _keep_whole_lines(command: TyperGroup) -> None:
    """Have lists of commands show the first paragraph of each help, which typer would truncate."""
    for one in command.commands.values():
        paragraph = inspect.cleandoc(one.help or "").partition("\n\n")[0]
        one.short_help = " ".join(paragraph.split())
        if isinstance(one, TyperGroup):
            _keep_whole_lines(one)
