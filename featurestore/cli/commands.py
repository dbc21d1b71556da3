"""Commands that are printed for the user to copy: they name the settings file of this run."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OPTION = "--config"
# Commands that take --config; a test compares them with the application.
WITH_CONFIG = (
    "init",
    "pull",
    "compute",
    "push",
    "mirror",
    "backfill",
    "status",
    "query",
    "show",
    "explain",
    "lint",
    "doctor",
    "coverage",
    "timings",
    "diff",
    "dev",
    "parity",
    "warehouse load",
    "gaps list",
    "gaps audit",
    "gaps explain",
    "fixture make",
    "fixture shrink",
    "features show",
    "features check",
)
_COMMAND = re.compile(
    rf"\bfeaturestore (?:{'|'.join(WITH_CONFIG)})(?![\w-])(?! {OPTION}\b| --help\b)"
)
_named: list[str] = []


def remember_config(words: Sequence[str]) -> None:
    """Take the settings file from the arguments of a command line, for :func:`with_config`."""
    _named[:] = [text for word, text in pairwise(words) if word == OPTION]
    _named.extend(word.partition("=")[2] for word in words if word.startswith(f"{OPTION}="))


def with_config(text: str, escape: Callable[[str], str] = str) -> str:
    """The text, with this run's ``--config`` added to the commands in it.

    Args:
        text: A hint, an output or a page; unchanged if the run was started without ``--config``.
        escape: Quotes the option for the language of the text, such as HTML.
    """
    if not _named:
        return text
    option = escape(f" {OPTION} {shlex.quote(_named[-1])}")
    return _COMMAND.sub(lambda match: match[0] + option, text)
