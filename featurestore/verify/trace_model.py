"""The SELECTs of a relation whose rows are traced, their columns and their calls. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.duck.quoting import quote
from sync.sql_text import Sql

# Additional columns of a node: the numbers of its rows, and of its sources' rows (_from_0, ...).
ID = Sql("_id")
_NOTHING = Sql("")
# Functions that number rows, without reading them.
NUMBERING = ("RowNumber", "Rank", "DenseRank", "Ntile")


class NotTraceable(Exception):
    """A construct whose rows cannot be traced; the message names it."""


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate or window function in a column's expression.

    Attributes:
        kind: The function's class in sqlglot, such as ``Sum``.
        columns: Source and column of what its argument is computed from.
        flag: The column that is TRUE if a row counts (its argument is not NULL); empty: all rows.
        place: The column that is TRUE if a row takes a place although its argument is NULL; empty:
            no row does.
        value: The argument itself, for MIN and MAX; else empty.
        window: Number of the partition and order; -1 for an aggregate.
        frame: First and last row, relative to the row; None is unbounded.
        is_range: The frame's ends are values of the order, not rows.
    """

    kind: str
    columns: frozenset[tuple[str, str]]
    flag: str = ""
    place: str = ""
    value: str = ""
    window: int = -1
    frame: tuple[int | None, int | None] = (None, None)
    is_range: bool = False

    @property
    def is_numbering(self) -> bool:
        """Whether it counts rows: the count may be a position in an order."""
        return self.kind in NUMBERING or self.kind == "Count"


@dataclass(frozen=True, slots=True)
class Output:
    """One column of a node.

    Attributes:
        arms: Source and column of what it is computed from outside of its calls, for each branch of
            a CASE or COALESCE; otherwise one arm.
        arm: The column with the branch that a row took; empty with one arm.
        calls: Its aggregates and window functions.
    """

    arms: tuple[frozenset[tuple[str, str]], ...]
    arm: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(slots=True)
class Node:
    """One SELECT, or a UNION.

    Attributes:
        name: Its table: the relation's name, with the CTE's behind a dot.
        create_sql: A SELECT of the table's rows.
        members_sql: A SELECT of the rows behind its groups; empty without groups.
        ranked_sql: A SELECT of the rows before QUALIFY chooses; empty without it.
        sources: Alias to the node or warehouse table that is read; empty for an UNNEST.
        outputs: Column to what it is computed from.
        presence: Aliases of which a row needs a row: FROM and INNER JOIN.
        keys: Source and column of what rows are joined, grouped or ordered by.
        partitions: For each window the number of PARTITION BY columns.
        group_keys: The number of GROUP BY columns; -1 without groups.
        arms: The nodes of a UNION.
    """

    name: str
    create_sql: Sql = _NOTHING
    members_sql: Sql = _NOTHING
    ranked_sql: Sql = _NOTHING
    sources: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    presence: tuple[str, ...] = ()
    keys: set[tuple[str, str]] = field(default_factory=set)
    partitions: list[int] = field(default_factory=list)
    group_keys: int = -1
    arms: tuple[str, ...] = ()

    @property
    def table(self) -> Sql:
        """The table's name, quoted."""
        return quote(self.name)

    @property
    def members(self) -> Sql:
        """The name of the table of a grouped node's members, quoted."""
        return quote(f"{self.name} members")

    @property
    def ranked(self) -> Sql:
        """The name of the table of the rows before QUALIFY, quoted."""
        return quote(f"{self.name} ranked")

    @property
    def traced(self) -> tuple[str, ...]:
        """The sources whose rows are numbered; those of the first are in ``_from_0``, and so on."""
        return tuple(alias for alias, source in self.sources.items() if source)
