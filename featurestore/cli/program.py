"""How this program was started, for commands that work where they are printed."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

from featurestore.cli.commands import WITH_CONFIG, with_config

NAME = "featurestore"
_VERBS = sorted({"demo", "features", *(words.partition(" ")[0] for words in WITH_CONFIG)})
_COMMAND = re.compile(rf"(?<![\w./-]){NAME}(?= (?:{'|'.join(_VERBS)})(?![\w-]))")


def this_program() -> str:
    """``featurestore`` where the shell finds it, else the path that started this process."""
    if shutil.which(NAME):
        return NAME
    started = Path(sys.argv[0])
    if started.name == NAME:
        return shlex.quote(str(started))
    return f"{shlex.quote(sys.executable)} -m {NAME}"


def as_started(text: str) -> str:
    """The text, its commands as they can be typed here.

    Without an activated environment, the shell finds no ``featurestore``: a command then begins
    with the path that was typed, such as ``.venv/bin/featurestore``.
    """
    # A test, or another program that calls the command line, was not typed by anybody.
    is_typed = Path(sys.argv[0]).name == NAME
    if not is_typed or not _COMMAND.search(text):
        return text
    program = this_program()
    return _COMMAND.sub(lambda _: program, text)


def to_copy(text: str) -> str:
    """The text, its commands as they can be typed here, with the ``--config`` of this run."""
    return as_started(with_config(text))
