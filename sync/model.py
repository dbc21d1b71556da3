"""The vocabulary of this package: tables, columns, date ranges, partitions, replacements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Direction = Literal["pulled", "pushed", "mirrored"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as GoogleSQL declares it.

    Attributes:
        name: Column name, lower case.
        type: GoogleSQL type text without spaces after commas, e.g. ``NUMERIC(5,1)``,
            ``ARRAY<FLOAT64>``, ``STRUCT<games_found INT64,is_complete BOOL>``.
        required: NOT NULL.
        default: A GoogleSQL constant expression, or None.
        description: What a value means.
    """

    name: str
    type: str
    required: bool = False
    default: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A day-partitioned warehouse table, as ``sql/schema`` declares it.

    Attributes:
        dataset: Such as ``nba_analytics``.
        name: Such as ``player_game_summary``.
        columns: In column order, without the unwritten ones.
        partition_column: A DATE column.
        key: The columns that identify a row.
        direction: Which way its rows go.
        clustering: Column names, most significant first.
        requires_filter: Whether the warehouse refuses a query without a partition filter.
        optional: Whether the warehouse may lack the table.
        version_column: A column with the version of a row's writer, or None: rows of another
            version are replaced only on request.
        unwritten: Nullable columns after the others that another writer fills: they are created
            with the table, but neither sent nor pulled. Digests and tokens ignore them, and a push
            leaves their cells alone.
        ddl: The GoogleSQL CREATE TABLE statement.
    """

    dataset: str
    name: str
    columns: tuple[Column, ...]
    partition_column: str
    key: tuple[str, ...]
    direction: Direction
    clustering: tuple[str, ...] = ()
    requires_filter: bool = False
    optional: bool = False
    version_column: str | None = None
    unwritten: tuple[Column, ...] = ()
    ddl: str = ""

    @property
    def full_name(self) -> str:
        """``dataset.name``."""
        return f"{self.dataset}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in column order, without the unwritten ones."""
        return tuple(column.name for column in self.columns)

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Every declared column in order, the unwritten ones last."""
        return (*self.columns, *self.unwritten)

    def renamed(self, datasets: Mapping[str, str]) -> Table:
        """The table under its name in a warehouse with other datasets than the declared ones.

        Without its DDL, which has the declared name.
        """
        name = datasets.get(self.dataset, self.dataset)
        return self if name == self.dataset else replace(self, dataset=name, ddl="")

    def token_columns(self, live: Iterable[Column]) -> tuple[str, ...]:
        """The declared columns that a live table has, by name; its tokens are made over them."""
        names = {column.name.lower() for column in live}
        return tuple(sorted(name for name in self.column_names if name in names))

    def unsent(self, live: Iterable[Column]) -> tuple[str, ...]:
        """The columns of a live table whose cells a push leaves alone, in its order."""
        names = set(self.column_names)
        return tuple(column.name for column in live if column.name.lower() not in names)

    def undeclared(self, live: Iterable[Column]) -> tuple[str, ...]:
        """The columns of a live table that are not declared, in its order."""
        names = {column.name for column in self.all_columns}
        return tuple(column.name for column in live if column.name.lower() not in names)


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """Calendar dates from ``start`` to ``end``, both included; ``start <= end``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"{self.start} is after {self.end}")

    def __iter__(self) -> Iterator[date]:
        for offset in range(self.days):
            yield self.start + timedelta(days=offset)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    @property
    def days(self) -> int:
        """Number of dates, at least 1."""
        return (self.end - self.start).days + 1

    def with_lookback(self, days: int) -> DateRange:
        """The range that starts ``days`` days earlier and ends at the same date."""
        return DateRange(self.start - timedelta(days=days), self.end)

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"


@dataclass(frozen=True, slots=True)
class Partition:
    """One date of a table, in a warehouse or a replica at one moment.

    Attributes:
        day: The partition's date.
        rows: Number of rows, at least 1 when listed by a warehouse.
        token: Opaque version: two equal tokens of one kind of warehouse mean equal rows in the
            columns that they were made over (see `sync.tokens`), in any order.
        modified_at: Last modification in UTC, or None if the warehouse does not know it.
    """

    day: date
    rows: int
    token: str
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """One atomic write to a warehouse table.

    Attributes:
        table: The target.
        days: The dates written, ascending; rows of other dates are refused.
        parquet: The new rows, in one Parquet file whose columns are matched by name; columns
            of the target that the file lacks keep their values where a row is replaced, and
            become their default or NULL in rows that are added.
        rows: Number of rows in the file; checked after staging.
        key: Rows of the target with these columns' values are deleted before the insert.
        prune: Also delete all other rows of ``days``.
        expected: Day to the token that the target must have now (None: no rows); other days are
            not checked.
        job_id: Identity of the write: the same id with the same ``digest`` is done once.
        digest: Content digest of the rows that are sent.
        labels: Names and values that the warehouse attaches to its jobs.
        undo: A file for what is replaced, so that `Warehouse.undo` can restore it; a warehouse may
            keep it elsewhere. None: nothing is kept.
    """

    table: Table
    days: tuple[date, ...]
    parquet: Path
    rows: int
    key: tuple[str, ...]
    prune: bool
    expected: Mapping[date, str | None]
    job_id: str
    digest: str
    labels: Mapping[str, str] = field(default_factory=dict)
    undo: Path | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """The result of an atomic write.

    Attributes:
        job_id: The write's identity.
        inserted: Rows inserted.
        deleted: Rows deleted, pruned ones included.
        kept: Rows of the days that were neither replaced nor deleted.
        pruned: Deleted rows whose key no new row has.
        added: Inserted rows whose key no old row had.
        partitions: The days in the target after the write; days without rows are absent.
        repeated: True if an earlier call with this id had already done it.
    """

    job_id: str
    inserted: int
    deleted: int
    kept: int
    partitions: Mapping[date, Partition]
    repeated: bool = False
    pruned: int = 0
    added: int = 0

    @property
    def replaced(self) -> int:
        """Deleted rows whose key a new row has; two rows with the same key count as two."""
        return self.deleted - self.pruned


@dataclass(frozen=True, slots=True)
class Undo:
    """The request to undo one write.

    Attributes:
        table: The target of the write.
        days: The dates it wrote, ascending.
        key: As in the write.
        job_id: The write's identity.
        kept: The write's `Replacement.undo`.
        labels: Names and values that the warehouse attaches to its jobs.
    """

    table: Table
    days: tuple[date, ...]
    key: tuple[str, ...]
    job_id: str
    kept: Path
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def undo_id(self) -> str:
        """The identity of the undo."""
        return f"{self.job_id}_undo"


@dataclass(frozen=True, slots=True)
class Undone:
    """The result of an undo.

    Attributes:
        removed: Rows of the write that were removed.
        restored: Rows that were restored.
        repeated: True if an earlier call had already done it.
    """

    removed: int
    restored: int
    repeated: bool = False
