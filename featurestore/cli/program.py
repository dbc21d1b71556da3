"""How this program was started, for commands that work where they are printed."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

NAME = "featurestore"


def this_program() -> str:
    """``featurestore`` where the shell finds it, else the path that started this process."""
    if shutil.which(NAME):
        return NAME
    started = Path(sys.argv[0])
    if started.name == NAME:
        return shlex.quote(str(started))
    return f"{shlex.quote(sys.executable)} -m {NAME}"


def as_started(text: str) -> str:
    """A command that begins with ``featurestore``, as it can be typed here; other text unchanged.

    Without an activated environment, the shell finds no ``featurestore``: a hint then begins with
    the path that was typed, such as ``.venv/bin/featurestore``.
    """
    # A test, or another program that calls the command line, was not typed by anybody.
    is_typed = Path(sys.argv[0]).name == NAME
    if not is_typed or not text.startswith(f"{NAME} "):
        return text
    return this_program() + text.removeprefix(NAME)
