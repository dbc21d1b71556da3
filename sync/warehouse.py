"""The one seam to the outside: what a warehouse must do, method by method.

``sync.embedded`` and ``sync.bigquery`` implement it; the same contract suite runs over both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    import pyarrow as pa

    from sync.budget import Account
    from sync.model import (
        Column,
        DateRange,
        Partition,
        Replaced,
        Replacement,
        Table,
        Undo,
        Undone,
    )
    from sync.query_engine import QueryEngine


class Snapshot(Protocol):
    """A warehouse at one moment: all its methods answer for the same state.

    A long pull never mixes two states of a table.
    """

    def columns(self, table: Table) -> tuple[Column, ...] | None:
        """The live table's columns in order, or None where there is no such table. Free."""

    def etag(self, table: Table) -> str:
        """A token that surely changes when the table does; costs no scan.

        It may change without a change of the table. Raises WarehouseFailed without the table.
        """

    def blocking_issues(self, table: Table) -> tuple[str, ...]:
        """What prevents moving the table's rows, a sentence each; empty if nothing does.

        Rows without a partition date, and what only this kind of warehouse knows, such as rows
        that are still in a write buffer. Scans no dated partition. Raises WarehouseFailed
        without the table.
        """

    def warnings(self, table: Table) -> tuple[str, ...]:
        """Warnings before the table is read or written, a sentence each.

        Such as a live table without partitions: every bounded query reads all of it.
        Free. Raises WarehouseFailed without the table.
        """

    def partitions(
        self, table: Table, dates: DateRange, columns: Sequence[str] | None = None
    ) -> Mapping[date, Partition]:
        """The non-empty partitions within ``dates``, both ends included.

        A date without a row is absent: it is empty, proven at this moment. Rows with a NULL
        partition column are refused (Refused), with their number. Tokens are made over
        `Table.token_columns` of the live table; with ``columns`` over exactly these, in this
        order, by content: for comparing with a token of an earlier moment.
        """

    def read(
        self, table: Table, columns: Sequence[str], dates: Sequence[date]
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """The rows of exactly ``dates``, as a stream of record batches in no order.

        Types are the Arrow types of the declared columns. All rows, or an error: a stream
        that dies raises from the iteration. The reader is closed with the context.
        """


class Warehouse(Protocol):
    """Where the truth lives. Instances are context managers; methods raise WarehouseFailed.

    Attributes:
        url: The identity (see `sync.identity`): the same for all spellings of the address.
    """

    url: str

    @property
    def account(self) -> Account | None:
        """The budget of a run, and its jobs so far; None if the warehouse bills nothing."""

    @property
    def engine(self) -> QueryEngine | None:
        """The query engine of the warehouse; None for a file, which runs no queries."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The state now, for reading. Takes no lock that stops writers of other tables."""

    def create(self, table: Table) -> bool:
        """Create the table where it is missing; True if it was created. May be repeated."""

    def add_columns(self, table: Table, columns: Sequence[Column]) -> None:
        """Append nullable columns to the live table, all in one atomic change.

        Existing rows get NULL. May be repeated: a column that is there already stays as it
        is, of whatever type. A required column is Refused; a concurrent change of the table's
        schema is a Conflict; nothing was changed then.
        """

    def replace(self, replacement: Replacement) -> Replaced:
        """Write all days of the replacement in one transaction, or nothing.

        In order: stage the file; check its row count; in one transaction check ``expected``
        (Conflict), delete by key (or whole days when pruning), insert, record the job id.
        May be repeated at any time, and after a lost reply: the same job id with the same
        digest answers what it did and writes nothing; with another digest it is Refused.
        A column of the file that the target lacks, or a cast that loses values, is Refused.

        Columns of the target that the file lacks keep their values in rows that are replaced, in
        the same transaction; of several old rows of one key, one row's. New rows get their
        default. With ``undo``, what was replaced is kept for `undo`, for seven days at least.
        Fewer rows than were sent, or more, are an error (WarehouseFailed, Conflict).
        """

    def undo(self, undo: Undo) -> Undone:
        """Undo a write: remove its rows and restore those it replaced, all or nothing.

        One transaction. A Conflict if a row with a written or pruned key has changed since the
        write, in any column; BadInput if nothing is kept of the write. May be repeated, also after
        a lost reply. The write itself may then be done again.
        """

    def close(self) -> None:
        """Release connections. May be repeated."""

    def __enter__(self) -> Warehouse: ...

    def __exit__(self, *exc: object) -> None: ...
