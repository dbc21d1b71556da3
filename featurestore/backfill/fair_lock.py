"""The replica and a warehouse file, shared by the threads of one backfill: one at a time, in turn.

DuckDB opens a file for writing only while nobody else in the process has it open. Between
processes a wait with a limit settles that; between the threads of one backfill there is no limit,
for each knows that the others go on.
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
    """A lock that is taken in the order in which it was asked for.

    With a plain lock, a thread that takes it again and again would starve the others.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and hold it for the length of the block."""
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
    """A replica whose connections are opened one after the other, whichever thread asks."""

    turns: FairLock = field(default_factory=FairLock)

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """As :meth:`Replica.write`, when it is this thread's turn."""
        with self.turns.turn(), Replica.write(self) as con:
            yield con

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """As :meth:`Replica.read`, when it is this thread's turn."""
        with self.turns.turn(), Replica.read(self) as con:
            yield con


def share(replica: Replica) -> SharedReplica:
    """The same file for several threads."""
    return SharedReplica(**{known.name: getattr(replica, known.name) for known in fields(Replica)})


class SharedWarehouse:
    """A warehouse in a file, whose methods run one after the other, whichever thread calls."""

    def __init__(self, inner: Warehouse, turns: FairLock) -> None:
        self._inner = inner
        self._turns = turns
        self.url = inner.url
        self.account = inner.account
        self.engine = inner.engine

    def __enter__(self) -> SharedWarehouse:
        return self

    def __exit__(self, *exc: object) -> None:
        """Whoever opened the inner warehouse closes it."""

    def close(self) -> None:
        """Whoever opened the inner warehouse closes it."""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The inner snapshot, held for the turn."""
        with self._turns.turn(), self._inner.snapshot() as snapshot:
            yield snapshot

    def create(self, table: Table) -> bool:
        """Create the table, in turn."""
        with self._turns.turn():
            return self._inner.create(table)

    def add_columns(self, table: Table, columns: Sequence[Column]) -> None:
        """Append columns, in turn."""
        with self._turns.turn():
            self._inner.add_columns(table, columns)

    def replace(self, replacement: Replacement) -> Replaced:
        """Replace, in turn."""
        with self._turns.turn():
            return self._inner.replace(replacement)

    def undo(self, undo: Undo) -> Undone:
        """Take a write back, in turn."""
        with self._turns.turn():
            return self._inner.undo(undo)
