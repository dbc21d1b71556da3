"""The names that a mistyped one may have meant. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 3


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three known names that are similar, the most similar first."""
    # A dozen names to a few thousand players: difflib takes milliseconds, and only on an error.
    return tuple(get_close_matches(name, list(known), n=MOST))


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint such as ``did you mean roster, rooster?``; ``otherwise`` where no name is similar."""
    near = near_names(name, known)
    return f"did you mean {', '.join(near)}?" if near else otherwise
