"""The command line: one module a verb; each parses, calls one function and prints."""

from __future__ import annotations

import sys

from sync import interrupts

__all__ = ["main"]


def main() -> None:
    """Run the command line; never returns.

    Signals and streams come first: the libraries that the verbs import take a while.
    """
    try:
        interrupts.install()
        from featurestore.cli import streams

        streams.install()
        from featurestore.cli import app, errors

        code = errors.run(app.app, sys.argv[1:])
    except BaseException:
        if not interrupts.received():
            raise
        code = interrupts.EXIT_CODE
    interrupts.finish()
    if interrupts.received():
        code = interrupts.report()
    sys.exit(code)
