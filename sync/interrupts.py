"""Ctrl-C: the first unwinds the command, a second one ends the process at once.

Libraries turn a ``KeyboardInterrupt`` that is raised within them into other errors (DuckDB into a
``RuntimeError``, pyarrow into an ``ArrowException``), or swallow it. So this module records that
one arrived, and code that translates errors asks for it first. Ending at once is safe: every
command survives ``kill -9``. It imports little: an interrupt before ``install`` ends with a
traceback.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType, TracebackType

EXIT_CODE = 130
MESSAGE = "interrupted: what was finished is kept; run the same command again to continue"

_AGAIN_SECONDS = 0.01
_IMPORT_FILE = "<frozen importlib._bootstrap>"
_received = False


def install() -> None:
    """Handle SIGINT from now on; for the main thread of a command line."""
    # A shell starts background jobs with SIGINT ignored: they must not be interrupted.
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
    """Ignore signals from now on: the exit code is decided, only milliseconds remain."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_if_received() -> None:
    """End the process, as a second interrupt would, if nothing caught the first."""
    if _received:
        finish()
        os._exit(report())


def report() -> int:
    """Write the one line to stderr; returns the exit code."""
    data = f"{MESSAGE}\n".encode()
    try:
        os.write(2, data)
    except OSError:
        # stderr is closed: the exit code has to be enough.
        return EXIT_CODE
    return EXIT_CODE


def _handle(signum: int, frame: object) -> None:
    global _received
    del signum
    if _received:
        os._exit(report())
    _received = True
    _interrupt(signal.SIGALRM, frame)


def _interrupt(signum: int, frame: object) -> None:
    """Raise the interrupt, but after the import of a module: C libraries abort when cut short."""
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
    """End the process if the interrupt arrives outside of the command line's ``try``."""
    end_if_received()
    sys.__excepthook__(kind, error, traceback)


def _unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """Raise an interrupt again that was lost in a destructor or a callback of C code."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        _interrupt_later()
    else:
        sys.__unraisablehook__(unraisable)
