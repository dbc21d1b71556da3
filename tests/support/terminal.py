"""A command in a pseudo-terminal of a given width, as a user runs it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 50
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Screen:
    """What a command wrote to the terminal, and its exit code."""

    code: int
    raw: str

    @property
    def text(self) -> str:
        """The text without colours."""
        return _STYLE.sub("", self.raw)

    @property
    def lines(self) -> list[str]:
        """Its lines, without blanks at their ends."""
        return [line.rstrip() for line in self.text.splitlines()]


def on_screen(
    folder: Path, width: int, *words: str, errors: bool = False, **environment: str
) -> Screen:
    """Run ``featurestore`` in a terminal.

    Args:
        folder: The working directory.
        width: Columns of the terminal.
        words: The command's words.
        errors: Whether stderr is the terminal, too; otherwise it is dropped.
        environment: More variables.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, width, 0, 0))
    dropped = ("FEATURESTORE_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(dropped)}
    process = subprocess.Popen(
        [sys.executable, "-m", "featurestore", *words],
        cwd=folder,
        env={**kept, "TERM": "xterm-256color", **environment},
        stdin=slave,
        stdout=slave,
        stderr=slave if errors else subprocess.DEVNULL,
    )
    os.close(slave)
    screen = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            # Linux answers so when the last writer has closed.
            break
        if not part:
            break
        screen += part
    os.close(master)
    return Screen(process.wait(timeout=60), screen.decode().replace("\r\n", "\n"))
