"""How an error becomes an exit code and two lines on stderr."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import typer

from featurestore.cli import commands
from featurestore.cli.program import as_started
from featurestore.cli.streams import ReaderGone, escape_line
from sync import interrupts
from sync.errors import BadInput, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

DEBUG = "--debug"
# As a shell reports a program that was ended by SIGPIPE.
CLOSED_PIPE = 128 + 13
_HINTS = {
    errno.ENOSPC: "free disk space, then run the same command again",
    errno.EDQUOT: "free disk space of your quota, then run the same command again",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f unlimited), then run it again",
    errno.EACCES: "name a file that you may use, or change its permissions",
    errno.EPERM: "name a file that you may use, or change its permissions",
    errno.EROFS: "name a file on a writable disk",
    errno.EBADF: "open stdout; > /dev/null discards the output",
    errno.EMFILE: "raise the limit of open files (ulimit -n 4096), then run it again",
}
# The user named a wrong path; the other errors come from the state of the machine.
_USAGE = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.EROFS}


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command line; returns its exit code.

    With ``--debug`` anywhere among the arguments, errors keep their traceback.
    """
    words = [word for word in arguments if word != DEBUG]
    if DEBUG in arguments:
        return _call(app, words)
    commands.remember_config(words)
    printed = Printer(is_json=_wants_json(words))
    sys.excepthook = printed.unexpected
    try:
        code = _translated(app, words, printed)
    except BaseException:
        # An interrupt comes out as whatever error the interrupted library made of it.
        if not interrupts.received():
            raise
        code = interrupts.EXIT_CODE
    # A signal to this process is reported once, by main, when no second one can arrive.
    if code == interrupts.EXIT_CODE and not interrupts.received():
        return interrupts.report()
    return interrupts.EXIT_CODE if interrupts.received() else code


def _translated(app: typer.Typer, words: Sequence[str], printed: Printer) -> int:
    try:
        return _call(app, words)
    except Failure as failure:
        # After an interrupt, other errors are its consequences.
        if not interrupts.received():
            printed.show(failure.message, failure.hint, failure.exit_code, failure.facts)
        return failure.exit_code
    except typer.TyperException as misuse:
        # A command group without a verb answers with its help.
        usage = misuse.format_message()
        if usage.startswith("Usage:"):
            typer.echo(usage, err=True)
        else:
            printed.show(usage, _help_command(misuse), misuse.exit_code)
        return misuse.exit_code
    except ReaderGone:
        return CLOSED_PIPE
    except OSError as error:
        if interrupts.received():
            return interrupts.EXIT_CODE
        return printed.show_system_error(error)


def _call(app: typer.Typer, words: Sequence[str]) -> int:
    # Not the app itself: calling it replaces sys.excepthook.
    command = typer.main.get_command(app)
    answer = command(list(words), prog_name=app.info.name, standalone_mode=False)
    # Here, so that a failed write of buffered output is an error of the command.
    sys.stdout.flush()
    return answer if isinstance(answer, int) else 0


def _wants_json(words: Sequence[str]) -> bool:
    """Whether the output is JSON: ``--json``, or ``--format json`` of a query."""
    is_format = ("--format", "json") in pairwise(words) or "--format=json" in words
    return "--json" in words or is_format


@dataclass(frozen=True, slots=True)
class Printer:
    """How errors are printed on stderr: as two lines, or as one JSON document."""

    is_json: bool

    def show(
        self,
        message: str,
        hint: str,
        exit_code: int,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """Print one error.

        Args:
            message: The object, and what is wrong with it.
            hint: A command to run or an edit to make; empty for none.
            exit_code: The exit code of the process.
            facts: The values in the message, for programs.
        """
        hint = commands.with_config(hint)
        if self.is_json:
            from featurestore.cli.output import error_document

            typer.echo(error_document(message, hint, exit_code, facts or {}), err=True)
            return
        typer.echo(f"error: {escape_line(message)}", err=True)
        if hint:
            typer.echo(f"hint: {escape_line(as_started(hint))}", err=True)

    def show_system_error(self, error: OSError) -> int:
        """Print an error of the operating system, such as a full disk; returns the exit code."""
        reason = os.strerror(error.errno) if error.errno else str(error)
        name = f"{error.filename}" if error.filename else type(error).__name__
        code = BadInput.exit_code if error.errno in _USAGE else Failure.exit_code
        self.show(f"{name}: {reason}", _HINTS.get(error.errno or 0, ""), code)
        return code

    def unexpected(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        """Print an unexpected error in two lines instead of a traceback."""
        del traceback
        interrupts.end_if_received()
        first = (str(error).splitlines() or [""])[0]
        self.show(
            f"{kind.__name__}: {first}" if first else kind.__name__,
            "this is a bug; the same command with --debug shows where",
            Failure.exit_code,
        )


def _help_command(misuse: typer.TyperException) -> str:
    context = getattr(misuse, "ctx", None)
    return f"{context.command_path} --help" if context is not None else "featurestore --help"
