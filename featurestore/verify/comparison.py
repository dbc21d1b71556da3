"""What a comparison of two holders of rows found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """A column whose values differ in rows that both sides have.

    Attributes:
        column: Its name.
        rows: Number of rows with differing values.
        row: One of them, the first by key: its key's columns and values.
        here: The value of this row here, as text; None for NULL.
        there: The value there.
    """

    column: str
    rows: int
    row: str
    here: str | None
    there: str | None


@dataclass(frozen=True, slots=True)
class DateDifference:
    """A date with differences, in rows."""

    day: date
    only_here: int
    only_there: int
    different: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two sides hold, and where they differ.

    Attributes:
        rows_here: Rows of this side.
        rows_there: Rows of the other side.
        only_here: Rows whose key the other side lacks; a repeated key counts by its repetitions.
        only_there: Rows whose key this side lacks.
        different: Rows that both have, with a differing value.
        row_only_here: One such row's key, or None.
        row_only_there: One such row's key, or None.
        columns: The differing columns in column order.
        dates: The dates with a difference, ascending.
    """

    rows_here: int
    rows_there: int
    only_here: int
    only_there: int
    different: int
    row_only_here: str | None
    row_only_there: str | None
    columns: tuple[ColumnDifference, ...]
    dates: tuple[DateDifference, ...]

    @property
    def is_same(self) -> bool:
        """Whether there is no difference at all."""
        return not (self.only_here or self.only_there or self.different)
