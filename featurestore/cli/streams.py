r"""stdout and stderr of the command line: foreign text is escaped, and a failed write is noticed.

Names, reasons and file contents come from elsewhere. Control characters in them would move the
cursor, hide text or change the terminal's title, so they are written as ``\x1b``.
"""

from __future__ import annotations

import io
import os
import re
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

# C0 but for tab and line feed, C1, overrides of the writing direction, halves of characters.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = re.compile("[\t\n\u2028\u2029]")


def escape(text: str) -> str:
    """The text, control characters as escapes; tabs and line feeds stay. Pure."""
    return _CONTROL.sub(_escaped, text)


def escape_line(text: str) -> str:
    """The same in one line: a line feed in a name cannot look like a line of ours. Pure."""
    return _BREAK.sub(_escaped, escape(text))


def _escaped(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


class ReaderGone(Exception):
    """Whoever read stdout has closed it, as ``head`` does when it has seen enough.

    No ``BrokenPipeError``: typer and rich end the process with code 1 when they see one.
    """


class Descriptor(io.BufferedWriter):
    """The bytes of a standard stream; after a failed write, the rest is dropped.

    Attributes:
        is_silent: Whether a failed write is no error, as on stderr: nobody could be told.
    """

    def __init__(self, descriptor: int, *, is_silent: bool) -> None:
        super().__init__(io.FileIO(descriptor, "wb", closefd=False))
        self.is_silent = is_silent

    def write(self, data: Buffer) -> int:
        """Write the bytes, or keep them for the next flush."""
        try:
            return super().write(data)
        except OSError as error:
            self._fail(error)
        return memoryview(data).nbytes

    def flush(self) -> None:
        """Hand over to the operating system what was written."""
        try:
            super().flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        # What is still in buffers would fail once more at the exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        if self.is_silent:
            return
        if isinstance(error, BrokenPipeError):
            raise ReaderGone from error
        error.filename = "stdout"
        raise error


class Screen(io.TextIOWrapper):
    """A standard stream that escapes the text that is written to it."""

    def __init__(self, descriptor: int, *, is_silent: bool = False) -> None:
        writer = Descriptor(descriptor, is_silent=is_silent)
        is_by_line = is_silent or os.isatty(descriptor)
        super().__init__(writer, "utf-8", "backslashreplace", line_buffering=is_by_line)

    def write(self, text: str) -> int:
        """Write the text, escaped."""
        return super().write(escape(text))

    def write_plain(self, text: str) -> int:
        """Write the text as it is: tables and progress bars, whose cells are escaped before."""
        return super().write(text)


class Plain:
    """What rich writes to: as a stream, with its own escape sequences left as they are."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding

    def write(self, text: str) -> int:
        """Write the text as it is."""
        stream = self._stream
        return stream.write_plain(text) if isinstance(stream, Screen) else stream.write(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The stream's descriptor."""
        return self._stream.fileno()


def install() -> None:
    """Put screens in the place of the interpreter's stdout and stderr."""
    _occupy()
    for stream in (sys.stdout, sys.stderr):
        # None where the process was started with the stream closed.
        if stream is not None:
            stream.flush()
    sys.stdout, sys.stderr = Screen(1), Screen(2, is_silent=True)


def _occupy() -> None:
    """Occupy closed standard descriptors, for reading alone: a write to them still fails.

    Otherwise the next file, a database, would get the number, and what is printed land in it.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is this one.
            os.open(os.devnull, os.O_RDONLY)
