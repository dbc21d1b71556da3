"""Callbacks for a long first start and for warnings. Nothing here prints."""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Observer = Callable[[str], AbstractContextManager[None]]

_observers: list[Observer] = []
_warners: list[Callable[[str], None]] = []


def observe(observer: Observer, warner: Callable[[str], None]) -> None:
    """Show long starts and warnings with the caller's functions.

    Args:
        observer: Returns a context manager, which is open while the work of the message goes on.
        warner: Takes a warning's text. Without one, it is a Python warning.
    """
    _observers[:] = [observer]
    _warners[:] = [warner]


def warn(message: str) -> None:
    """Pass a warning on."""
    if _warners:
        _warners[0](message)
    else:
        warnings.warn(message, stacklevel=2)


def waiting(message: str) -> AbstractContextManager[None]:
    """The observer's context manager for a message; without an observer, an empty one."""
    return _observers[0](message) if _observers else nullcontext()
