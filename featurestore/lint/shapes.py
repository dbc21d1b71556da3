"""A query as the search for leaks sees it: sources, kinds of columns, clocks. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from featurestore.bounds.predicates import conjuncts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot import exp

Kind = Literal["result", "date", "clock", "other"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock, read from its condition.

    Attributes:
        column: The column that records when a row became known, lower case.
        is_upper: Whether rows known before the game have smaller values.
        strict: Whether a row at exactly the limit is not known before the game.
        limit: The number that it is compared with; None if that is the time of the game.
        text: The condition as written.
    """

    column: str
    is_upper: bool
    strict: bool
    limit: float | None
    text: str


@dataclass(frozen=True, slots=True)
class ClockedScan:
    """A scan of a table some of whose rows became known after the game."""

    table: exp.Table
    select: exp.Select
    clock: Clock


@dataclass(frozen=True, slots=True)
class Shape:
    """Kinds of a relation's columns.

    Attributes:
        kinds: By name, in order as far as it is known.
        rest: The kind of every other column, None if there is none.
        scans: Scans of tables with a clock that is not bounded yet.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    rest: Kind | None = None
    scans: tuple[ClockedScan, ...] = ()

    def kind(self, name: str) -> Kind | None:
        """The column's kind, None if there is no such column."""
        return self.kinds.get(name, self.rest)


@dataclass(frozen=True, slots=True)
class Place:
    """A SELECT, the sources of its FROM in order, and the SELECT around it."""

    select: exp.Select
    names: tuple[str, ...]
    shapes: tuple[Shape, ...]
    outer: Place | None

    def source_of(self, column: exp.Column) -> int | None:
        """Index of the source that a column comes from; None if it is an outer SELECT's."""
        name, of = column.name.lower(), column.table.lower()
        if of:
            return self.names.index(of) if of in self.names else None
        listed = [index for index, shape in enumerate(self.shapes) if name in shape.kinds]
        if listed:
            return listed[0]
        open_ones = [index for index, shape in enumerate(self.shapes) if shape.rest is not None]
        return open_ones[0] if len(open_ones) == 1 else None

    def kind_of(self, column: exp.Column) -> Kind:
        """A column's kind, in this SELECT or in those around it."""
        index = self.source_of(column)
        if index is not None:
            return self.shapes[index].kind(column.name.lower()) or "other"
        return self.outer.kind_of(column) if self.outer is not None else "other"

    def predicates(self) -> Iterator[exp.Expr]:
        """The conditions of WHERE and ON, split at AND."""
        where = self.select.args.get("where")
        joins = self.select.args.get("joins") or ()
        for clause in (where, *[join.args.get("on") for join in joins]):
            if clause is not None:
                yield from conjuncts(clause)
