"""How an error becomes an exit code and two lines on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from sync.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

DEBUG = "--debug"


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command line; gives its exit code.

    ``--debug`` counts wherever it stands: with it, errors keep their traceback.
    """
    # Not the app itself: when called, it puts its own hook in the place of ours.
    command = typer.main.get_command(app)
    words = [word for word in arguments if word != DEBUG]
    if DEBUG in arguments:
        return _code(command(words, prog_name=app.info.name, standalone_mode=False))
    sys.excepthook = _unexpected
    try:
        code = _code(command(words, prog_name=app.info.name, standalone_mode=False))
    except Failure as failure:
        _show(failure.message, failure.hint)
        return failure.exit_code
    except typer.TyperException as misuse:
        # A command group without a verb answers with its help.
        usage = misuse.format_message()
        if usage.startswith("Usage:"):
            typer.echo(usage, err=True)
        else:
            _show(usage, _help_command(misuse))
        return misuse.exit_code
    if code == 130:
        _show(
            "interrupted; the last whole step stands",
            "run the same command again, it goes on there",
        )
    return code


def _code(answer: object) -> int:
    return answer if isinstance(answer, int) else 0


def _help_command(misuse: typer.TyperException) -> str:
    context = getattr(misuse, "ctx", None)
    return f"{context.command_path} --help" if context is not None else "featurestore --help"


def _show(message: str, hint: str) -> None:
    typer.echo(f"error: {message}", err=True)
    if hint:
        typer.echo(f"hint: {hint}", err=True)


def _unexpected(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """In place of a traceback, which helps only who knows the code."""
    del traceback
    first = (str(error).splitlines() or [""])[0]
    _show(
        f"{kind.__name__}: {first}" if first else kind.__name__,
        "this is a defect; the same command with --debug shows where",
    )
