"""Everything that can go wrong on purpose, with its exit code and the next command.

    Failure                       1
    ├── BadInput                  2   a value the user typed, or a file they named
    ├── Refused                   3   unbounded, unproven or lossy: nothing was done
    ├── OverBudget                4   would cost more than the run may spend
    ├── Conflict                  5   the warehouse changed since it was last seen
    ├── WarehouseFailed           6   worth a retry
    └── ReplicaLocked             7   another process writes the replica

A run that the user interrupts ends with 130 (`sync.interrupts`); what was committed stays.

The facts of an error are keyword attributes, so that ``--json`` and tests never parse text.
"""

from __future__ import annotations


class Failure(Exception):
    """An error that a user can act on: the object first, what is wrong, the values; then a hint.

    Attributes:
        message: One sentence that starts with the object.
        hint: A command to run, or what to change; empty where there is none.
        facts: The values in the message, by name.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts


class BadInput(Failure):
    """A date, name, file or setting that cannot be used; nothing was changed."""

    exit_code = 2


class Refused(Failure):
    """A statement or a change that is not proven safe; nothing was changed."""

    exit_code = 3


class OverBudget(Failure):
    """The work would cost more than the run may spend; nothing was spent."""

    exit_code = 4


class Conflict(Failure):
    """The warehouse's partitions changed since they were last seen; nothing was written."""

    exit_code = 5


class WarehouseFailed(Failure):
    """The warehouse did not do what was asked; the same command may be run again."""

    exit_code = 6


class ReplicaLocked(Failure):
    """Another process holds the write lock."""

    exit_code = 7
