"""What a verb prints: a table or one JSON document on stdout; progress on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from featurestore.cli import commands
from featurestore.cli.bars import progress, waiting
from featurestore.cli.program import to_copy
from featurestore.cli.table_layout import print_record as print_facts
from featurestore.cli.table_layout import print_table
from featurestore.json_text import document_text, json_text, plain
from sync.counted import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from featurestore.cli.bars import Announce
    from featurestore.cost_estimate import Cost
    from sync.budget import Account

__all__ = [
    "Announce",
    "counted",
    "error_document",
    "plain",
    "print_command",
    "print_cost",
    "print_facts",
    "print_json",
    "print_json_rows",
    "print_notes",
    "print_table",
    "progress",
    "waiting",
    "warning",
]


def print_json(value: object) -> None:
    """One JSON document on stdout: ``schema_version``, then the object's fields."""
    typer.echo(commands.with_config(document_text(value), _json_escaped))


def _json_escaped(text: str) -> str:
    return json_text(text)[1:-1]


def print_command(label: str, command: str) -> None:
    """Print a label and a command for the user to copy, with the ``--config`` of this run."""
    typer.echo(f"{label}: {to_copy(command)}")


def error_document(message: str, hint: str, exit_code: int, facts: Mapping[str, object]) -> str:
    """An error as a JSON document in one line, for stderr."""
    error = {
        "message": message,
        "hint": hint or None,
        "exit_code": exit_code,
        "facts": facts,
    }
    return document_text({"error": error}, indent=None)


def print_json_rows(rows: Sequence[Mapping[str, object]]) -> None:
    """Rows of a table as a JSON array of objects; their fields are the table's columns."""
    typer.echo(json_text(plain(rows)))


def print_cost(cost: Cost | None) -> None:
    """Print what the run will cost in BigQuery; nothing without a cost."""
    if cost is not None:
        typer.echo(
            f"in BigQuery: {counted(cost.jobs, 'job')}, {cost.bytes:,} bytes billed,"
            f" about {cost.dollars:.4f} dollars ({cost.basis})"
        )


def print_notes(account: Account | None) -> None:
    """Print the notes on the costs of a run; nothing for a warehouse that bills nothing."""
    for note in account.notes if account else ():
        typer.echo(f"note: {note}")


def warning(message: str) -> None:
    """One line on stderr."""
    typer.echo(f"warning: {message}", err=True)
