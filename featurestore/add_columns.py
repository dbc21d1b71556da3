"""Compares the warehouse's live schema with ``sql/schema``, and adds missing columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.errors import Refused
from sync.schema_drift import find_drift

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.model import Column, Table
    from sync.warehouse import Snapshot, Warehouse


@dataclass(frozen=True, slots=True)
class Addition:
    """Declared columns that a live table lacks; all are nullable.

    Attributes:
        table: The declared table.
        columns: In declared order, at least one.
    """

    table: Table
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """``dataset.table.column (TYPE)``, for display."""
        return tuple(f"{self.table.full_name}.{c.name} ({c.type})" for c in self.columns)


def find_additions(snapshot: Snapshot, tables: Iterable[Table]) -> list[Addition]:
    """The columns that live tables lack; missing tables are left out. Changes nothing.

    Raises:
        Refused: a live column has another type, or a required one is missing; names all of them.
            A different precision or scale is only reported by the doctor.
    """
    additions, blocking = [], []
    for table in tables:
        live = snapshot.columns(table)
        if live is None:
            continue
        drift = find_drift(table, live)
        blocking += [f"{table.full_name}: {clause}" for clause in drift.blocking(digits=False)]
        if drift.missing:
            additions.append(Addition(table, drift.missing))
    if blocking:
        raise Refused(
            "; ".join(blocking),
            hint="fix the live table or its declaration in sql/schema; nothing was changed",
            findings=blocking,
        )
    return additions


def add_all(warehouse: Warehouse, additions: Iterable[Addition]) -> None:
    """Add the columns, a table at a time; after an error, the same command continues.

    Raises:
        Conflict: another process changed a table's schema at the same time.
    """
    for addition in additions:
        warehouse.add_columns(addition.table, addition.columns)
