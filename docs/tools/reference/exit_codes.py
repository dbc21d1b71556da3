"""The exit codes, from the errors that have them."""

from __future__ import annotations

from docs.tools.reference import docstrings
from docs.tools.reference.markdown import code, table
from sync import interrupts
from sync.errors import Failure


def page() -> str:
    """Each exit code with its error and its meaning."""
    one = "Differences, gaps or findings; or an error without a separate code."
    rows = [
        ("0", "", "The command did what was asked."),
        (str(Failure.exit_code), code(Failure.__name__), one),
        *(
            (str(error.exit_code), code(error.__name__), docstrings.first_paragraph(error))
            for error in sorted(Failure.__subclasses__(), key=lambda error: error.exit_code)
        ),
        (str(interrupts.EXIT_CODE), "", "Interrupted; what was committed stays."),
    ]
    return f"""\
{table(["code", "error in Python", "meaning"], rows)}
Every error derives from `featurestore.Failure`. It has a `message`, a `hint` (a command to run, or
what to change) and `facts`, the values in the message by name. With `--json`, a command prints them
as one document on stderr.
"""
