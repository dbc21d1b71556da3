"""Did you mean: the known names nearest to one that is not known."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_SHOWN = 3
_LEAST_LIKENESS = 0.6


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Known names like this one, the nearest first; three at most.

    Case, blanks and punctuation do not count ("Fin Ricravford" is ``finricravford``), and a
    table is found by its last part, too.

    Args:
        name: As somebody wrote it.
        known: What it may have been meant for.
    """
    names: dict[str, dict[str, None]] = {}
    for one in known:
        for key in (_letters(one), _letters(one.rpartition(".")[2])):
            names.setdefault(key, {})[one] = None
    found: dict[str, None] = {}
    for wanted in (_letters(name), _letters(name.rpartition(".")[2])):
        for key in get_close_matches(wanted, names, n=MOST_SHOWN, cutoff=_LEAST_LIKENESS):
            found |= names[key]
    return tuple(found)[:MOST_SHOWN]


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """``did you mean a, b or c?``, or something else where no known name is like this one."""
    near = near_names(name, known)
    if not near:
        return otherwise
    *most, last = near
    return f"did you mean {', '.join(most)} or {last}?" if most else f"did you mean {last}?"


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
