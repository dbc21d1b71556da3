r"""stdout and stderr of the command line: control characters are escaped, failed writes reported.

Names, reasons and file contents are not ours. Control characters in them could move the cursor,
hide text or change the terminal's title, so they are written as ``\x1b``.
"""

from __future__ import annotations

import io
import os
import re
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

# C0 except tab and line feed, C1, overrides of the writing direction, surrogates.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = re.compile("[\t\n\u2028\u2029]")


def escape(text: str) -> str:
    """The text with control characters escaped, except tabs and line feeds. Pure."""
    return _CONTROL.sub(_escaped, text)


def escape_line(text: str) -> str:
    """The text with all control characters escaped: a name cannot start a new line. Pure."""
    return _BREAK.sub(_escaped, escape(text))


def _escaped(match: re.Match[str]) -> str:
    return ascii(match[0])[1:-1]


class ReaderGone(Exception):
    """The reader of stdout closed it, as ``head`` does after its lines.

    Not a ``BrokenPipeError``: typer and rich end the process with code 1 on one.
    """


class Descriptor(io.BufferedWriter):
    """A standard stream of bytes; after a failed write, the rest is dropped.

    Attributes:
        is_silent: Whether a failed write is ignored, as on stderr, where it cannot be reported.
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
        """Pass what was written to the operating system."""
        try:
            super().flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        # Otherwise, what is still in buffers would fail again at the exit.
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
    """A standard stream that escapes what is written to it."""

    def __init__(self, descriptor: int, *, is_silent: bool = False) -> None:
        writer = Descriptor(descriptor, is_silent=is_silent)
        is_by_line = is_silent or os.isatty(descriptor)
        super().__init__(writer, "utf-8", "backslashreplace", line_buffering=is_by_line)

    def write(self, text: str) -> int:
        """Write the text, escaped."""
        return super().write(escape(text))

    def write_plain(self, text: str) -> int:
        """Write the text as it is: tables and progress bars, whose cells are already escaped."""
        return super().write(text)


class Plain:
    """A stream for rich, whose escape sequences are written as they are."""

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
    """Replace the interpreter's stdout and stderr by screens."""
    _occupy()
    for stream in (sys.stdout, sys.stderr):
        # None where the process was started with the stream closed.
        if stream is not None:
            stream.flush()
    sys.stdout, sys.stderr = Screen(1), Screen(2, is_silent=True)


def _occupy() -> None:
    """Open closed standard descriptors read-only: a write to them still fails.

    Otherwise the next file to be opened, a database, would get the number and receive the output.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is this one.
            os.open(os.devnull, os.O_RDONLY)
