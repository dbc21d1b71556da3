"""The result of a comparison of two sets of rows."""

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
        row: The key of the first of them, as columns and values.
        here: The local value in this row, as text; None for NULL.
        there: The remote value.
    """

    column: str
    rows: int
    row: str
    here: str | None
    there: str | None


@dataclass(frozen=True, slots=True)
class DateDifference:
    """A date with differences; the numbers count rows."""

    day: date
    only_here: int
    only_there: int
    different: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of rows, and where they differ.

    Attributes:
        rows_here: Local rows.
        rows_there: Remote rows.
        only_here: Rows whose key exists only here; a repeated key counts once for each repetition.
        only_there: Rows whose key exists only there.
        different: Rows that exist on both sides, with a differing value.
        row_only_here: The key of one such row, or None.
        row_only_there: The key of one such row, or None.
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
        """Whether there is no difference."""
        return not (self.only_here or self.only_there or self.different)
