"""Did you mean: the known names most similar to an unknown one."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_SHOWN = 3
_LEAST_LIKENESS = 0.6


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Known names similar to this one, the most similar first; at most three.

    Case, blanks and punctuation are ignored ("Fin Ricravford" is ``finricravford``), and a table
    may be named by its last part.

    Args:
        name: The unknown name.
        known: The known names.
    """
    names: dict[str, dict[str, None]] = {}
    for one in known:
        for key in (_letters(one), _letters(one.rpartition(".")[2])):
            names.setdefault(key, {})[one] = None
    near: dict[str, None] = {}
    for letters in (_letters(name), _letters(name.rpartition(".")[2])):
        for key in get_close_matches(letters, names, n=MOST_SHOWN, cutoff=_LEAST_LIKENESS):
            near |= names[key]
    return tuple(near)[:MOST_SHOWN]


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """``did you mean a, b or c?``, or ``otherwise`` if no known name is similar."""
    near = near_names(name, known)
    if not near:
        return otherwise
    *most, last = near
    return f"did you mean {', '.join(most)} or {last}?" if most else f"did you mean {last}?"


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
