"""What an explanation is made of."""

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
        column: What it makes.
        value: For this player and date; None for NULL.
        sql: Its GoogleSQL, as written in the file.
        windows: The named windows in it, as written there: ``last_10 AS (...)``.
        place: File and line.
    """

    column: str
    value: Any
    sql: str
    windows: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row that the value rests on.

    Attributes:
        table: The warehouse's table.
        row: What tells which one it is.
        counts: The columns whose values count, with them; empty where the row counts by being
            there.
    """

    table: str
    row: Mapping[str, Any]
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoreValue:
    """One value of the store.

    Attributes:
        is_known: Whether there is such a row.
        value: Its value; None where it is missing there, too.
        is_same: Whether it is the value that is computed now.
        differs: What differs, in the order of certainty; empty where the value is the same.
        hint: The command that says or changes more; empty where none is needed.
        seen: Of the warehouse's row: ``pulled``, or ``pushed`` from here; empty where neither was.
        seen_at: When it was seen so; it may have changed since.
    """

    is_known: bool
    value: float | None = None
    is_same: bool = False
    differs: tuple[str, ...] = ()
    hint: str = ""
    seen: str = ""
    seen_at: datetime | None = None
