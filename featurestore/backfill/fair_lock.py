"""The replica and a warehouse file, shared by the threads of one backfill, one at a time.

DuckDB opens a file for writing only while nothing else in the process has it open. Processes wait
for each other with a limit; the threads of one backfill wait without one, because each of them
makes progress.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from sync.model import Column, Replaced, Replacement, Table, Undo, Undone
    from sync.warehouse import Snapshot, Warehouse


class FairLock:
    """A lock that is granted in the order of the requests.

    With a plain lock, a thread that keeps taking it would starve the others.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the lock, and hold it during the block."""
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting[0] is ticket)
            yield
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class SharedReplica(Replica):
    """A replica of which only one thread at a time has a connection."""

    turns: FairLock = field(default_factory=FairLock)

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """As :meth:`Replica.write`, under the lock."""
        with self.turns.turn(), Replica.write(self) as con:
            yield con

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """As :meth:`Replica.read`, under the lock."""
        with self.turns.turn(), Replica.read(self) as con:
            yield con


def share(replica: Replica) -> SharedReplica:
    """The same file for several threads."""
    return SharedReplica(
        **{attribute.name: getattr(replica, attribute.name) for attribute in fields(Replica)}
    )


class SharedWarehouse:
    """A warehouse in a file, used by one thread at a time."""

    def __init__(self, inner: Warehouse, turns: FairLock) -> None:
        self._inner = inner
        self._turns = turns
        self.url = inner.url
        self.account = inner.account
        self.engine = inner.engine

    def __enter__(self) -> SharedWarehouse:
        return self

    def __exit__(self, *exc: object) -> None:
        """Do nothing: the inner warehouse is closed by its owner."""

    def close(self) -> None:
        """Do nothing: the inner warehouse is closed by its owner."""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The inner snapshot; the lock is held as long as it is open."""
        with self._turns.turn(), self._inner.snapshot() as snapshot:
            yield snapshot

    def create(self, table: Table) -> bool:
        """Create the table, under the lock."""
        with self._turns.turn():
            return self._inner.create(table)

    def add_columns(self, table: Table, columns: Sequence[Column]) -> None:
        """Append columns, under the lock."""
        with self._turns.turn():
            self._inner.add_columns(table, columns)

    def replace(self, replacement: Replacement) -> Replaced:
        """Replace partitions, under the lock."""
        with self._turns.turn():
            return self._inner.replace(replacement)

    def undo(self, undo: Undo) -> Undone:
        """Undo a write, under the lock."""
        with self._turns.turn():
            return self._inner.undo(undo)
