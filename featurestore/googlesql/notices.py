"""Who is shown that a long first start is going on. Nothing here prints."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Observer = Callable[[str], AbstractContextManager[None]]

_observers: list[Observer] = []


def observe(observer: Observer) -> None:
    """Show long starts by ``observer``: a context that lasts as long as the work of the message."""
    _observers[:] = [observer]


def waiting(message: str) -> AbstractContextManager[None]:
    """The observer's context for a message; an empty one without an observer."""
    return _observers[0](message) if _observers else nullcontext()
