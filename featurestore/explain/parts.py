"""The parts of an explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class StepValue:
    """One step of the formula.

    Attributes:
        column: The column that it computes.
        value: For this player and date; None for NULL.
        sql: Its GoogleSQL, as written in the file.
        windows: The named windows that it uses, as written there: ``last_10 AS (...)``.
        place: File and line.
    """

    column: str
    value: Any
    sql: str
    windows: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row that the value depends on.

    Attributes:
        table: The warehouse's table.
        row: The columns that identify the row.
        counts: The columns whose values count, with their values; empty if only the row's presence
            counts.
    """

    table: str
    row: Mapping[str, Any]
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoreValue:
    """One value of the store.

    Attributes:
        is_known: Whether there is such a row.
        value: Its value; None if it is missing there, too.
        is_same: Whether it equals the value that is computed now.
        differs: What differs, the most certain first; empty if the value is the same.
        hint: The command that shows or changes more; empty if none is needed.
        seen: How the warehouse's row is known: ``pulled``, or ``pushed`` from here; empty if not.
        seen_at: When it was pulled or pushed; it may have changed since.
    """

    is_known: bool
    value: float | None = None
    is_same: bool = False
    differs: tuple[str, ...] = ()
    hint: str = ""
    seen: str = ""
    seen_at: datetime | None = None
