"""Ctrl-C: the first unwinds the command, a second one ends the process at once.

Libraries turn a ``KeyboardInterrupt`` that is raised within them into errors of their own (DuckDB a
``RuntimeError``, pyarrow an ``ArrowException``), or swallow it. So it is kept here that one
arrived, and who translates errors asks for it first. Ending at once is safe: whatever a command
does survives ``kill -9``. Imports little: what comes before ``install`` ends with a traceback.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType, TracebackType

EXIT_CODE = 130
MESSAGE = "interrupted: what was finished is kept; run the same command again to go on"

_AGAIN_SECONDS = 0.01
_IMPORT_FILE = "<frozen importlib._bootstrap>"
_received = False


def install() -> None:
    """Handle SIGINT from now on; for the main thread of a command line."""
    # A shell starts background jobs with SIGINT ignored: they are not to be interrupted.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return
    signal.signal(signal.SIGINT, _handle)
    signal.signal(signal.SIGALRM, _interrupt)
    sys.unraisablehook = _unraisable
    sys.excepthook = _uncaught


def received() -> bool:
    """Whether the user interrupted this process."""
    return _received


def finish() -> None:
    """Take no signal from now on: the exit code is decided, only milliseconds remain."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_if_received() -> None:
    """End the process where an interrupt was caught by nobody, as a second one would."""
    if _received:
        finish()
        os._exit(tell())


def tell() -> int:
    """Write the one line to stderr; returns the exit code."""
    data = f"{MESSAGE}\n".encode()
    try:
        os.write(2, data)
    except OSError:
        # Nobody reads stderr: the exit code has to do.
        return EXIT_CODE
    return EXIT_CODE


def _handle(signum: int, frame: object) -> None:
    global _received
    del signum
    if _received:
        os._exit(tell())
    _received = True
    _interrupt(signal.SIGALRM, frame)


def _interrupt(signum: int, frame: object) -> None:
    """Unwind from here; later, while a module is loaded: C libraries abort when cut short."""
    del signum
    while isinstance(frame, FrameType):
        if frame.f_code.co_filename == _IMPORT_FILE:
            _interrupt_later()
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _interrupt_later() -> None:
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)


def _uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Before and after the ``try`` of a command line are moments, too."""
    end_if_received()
    sys.__excepthook__(kind, error, traceback)


def _unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """An interrupt within a destructor or a callback of C code is lost: raise it once more."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        _interrupt_later()
    else:
        sys.__unraisablehook__(unraisable)
