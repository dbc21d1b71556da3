"""Compares a live table with its declaration. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.duck.types import duckdb_type
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.model import Column, Table

_DIGITS = re.compile(r"\([\d, ]+\)")


@dataclass(frozen=True, slots=True)
class Drift:
    """How a live table differs from its declaration; additional columns do not count.

    Attributes:
        missing: Declared columns that the live table lacks, in declared order.
        changed: Declared columns of another type, each with the live type.
    """

    missing: tuple[Column, ...] = ()
    changed: tuple[tuple[Column, str], ...] = ()

    def blocking(self, *, digits: bool = True) -> tuple[str, ...]:
        """Differences that adding nullable columns does not fix, each a clause without the table.

        Args:
            digits: Whether another precision or scale counts. A warehouse may have more digits
                than declared: a value that does not fit is refused when it is pulled.
        """
        return (
            *(
                f"{column.name} is {kind}, declared {column.type}"
                for column, kind in self.changed
                if digits or _DIGITS.sub("", kind) != _DIGITS.sub("", column.type)
            ),
            *(
                f"{column.name} is missing and is REQUIRED, {column.type}"
                for column in self.missing
                if column.required
            ),
        )


def find_drift(table: Table, live: Sequence[Column]) -> Drift:
    """Compare by name and type; live types may be GoogleSQL's or DuckDB's."""
    types = {column.name.lower(): column.type for column in live}
    return Drift(
        missing=tuple(column for column in table.all_columns if column.name not in types),
        changed=tuple(
            (column, types[column.name])
            for column in table.all_columns
            if column.name in types
            and _plain(types[column.name])
            not in (_plain(column.type), _plain(duckdb_type(column.type)))
        ),
    )


def compare_columns(table: Table, live: tuple[Column, ...]) -> list[str]:
    """Missing columns and differing types; additional columns do not count. Pure.

    Live types may be GoogleSQL's or DuckDB's.
    """
    drift = find_drift(table, live)
    findings = {column.name: f"{column.name} is missing" for column in drift.missing}
    findings |= {
        column.name: f"{column.name} is {kind}, declared {column.type}"
        for column, kind in drift.changed
    }
    return [findings[column.name] for column in table.all_columns if column.name in findings]


def refuse_required(table: Table, columns: Sequence[Column]) -> None:
    """Refuse to add a REQUIRED column: existing rows have no value for it."""
    required = [column.name for column in columns if column.required]
    if required:
        raise Refused(
            f"{table.full_name}: {', '.join(required)} is REQUIRED and cannot be added to a table"
            " with rows",
            hint="featurestore doctor",
            table=table.full_name,
            columns=required,
        )


def _plain(kind: str) -> str:
    return kind.replace('"', "").replace(" ", "").upper()
