"""What a verb prints: a table or one JSON document on stdout; progress on stderr."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from featurestore.cli.bars import progress, waiting
from featurestore.cli.json_values import plain
from featurestore.cli.table_layout import print_record as print_facts
from featurestore.cli.table_layout import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from featurestore.cli.bars import Announce
    from featurestore.cost_estimate import Cost
    from sync.budget import Account

__all__ = [
    "SCHEMA_VERSION",
    "Announce",
    "error_document",
    "plain",
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

# Raised when a field of a document is renamed, removed or changes its meaning; new fields are none.
SCHEMA_VERSION = 1


def print_json(value: object) -> None:
    """One JSON document on stdout: the object's fields, after the version of their meaning."""
    typer.echo(_text({"schema_version": SCHEMA_VERSION, **plain(value)}, indent=2))


def error_document(message: str, hint: str, exit_code: int, facts: Mapping[str, object]) -> str:
    """An error as a JSON document in one line, for stderr."""
    error = {
        "message": message,
        "hint": hint or None,
        "exit_code": exit_code,
        "facts": plain(facts),
    }
    return _text({"schema_version": SCHEMA_VERSION, "error": error}, indent=None)


def print_json_rows(rows: Sequence[Mapping[str, object]]) -> None:
    """Rows of a table as a JSON array of objects; their fields are the table's columns."""
    typer.echo(_text(plain(rows), indent=2))


def _text(value: object, *, indent: int | None) -> str:
    # json escapes every control character but this one.
    return json.dumps(value, indent=indent, default=str).replace("\x7f", "\\u007f")


def print_cost(cost: Cost | None) -> None:
    """What the run will cost in BigQuery; nothing for a warehouse that costs nothing."""
    if cost is not None:
        typer.echo(
            f"in BigQuery: {cost.jobs:,} jobs, {cost.bytes:,} bytes billed,"
            f" about {cost.dollars:.4f} dollars ({cost.basis})"
        )


def print_notes(account: Account | None) -> None:
    """What is worth knowing of the costs of a run; nothing where nothing is billed."""
    for note in account.notes if account else ():
        typer.echo(f"note: {note}")


def warning(message: str) -> None:
    """One line on stderr."""
    typer.echo(f"warning: {message}", err=True)
