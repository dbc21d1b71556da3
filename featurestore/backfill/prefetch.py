"""Reads a range's partitions from the warehouse ahead of their pull, into files.

The pull itself stays what it is: it asks a warehouse, and this one answers from the files. So the
slow part, the reading, runs while the range before is computed, and the swap into the replica
stays one transaction under the write lock.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.replica import ledger
from sync.transfer.pull_plan import plan_pull

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import duckdb
    import pyarrow as pa

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
    from sync.replica.file import Replica
    from sync.warehouse import Snapshot, Warehouse


@dataclass(frozen=True, slots=True)
class Prefetched:
    """What one table of a warehouse was at one moment, and the rows that a pull will ask for.

    Attributes:
        table: The declared table.
        dates: The range that a pull will ask for, both ends included.
        columns: The live columns; None where there is no such table.
        etag: Of the table.
        partitions: Those within ``dates``; None where the etag proved that nothing changed.
        days: Dates whose rows are in the file.
        file: Arrow batches; None without a date.
    """

    table: Table
    dates: DateRange
    columns: tuple[Column, ...] | None
    etag: str
    partitions: Mapping[date, Partition] | None
    days: frozenset[date]
    file: Path | None

    def serves(self, con: duckdb.DuckDBPyConnection, url: str) -> bool:
        """Whether a pull that begins now will ask for nothing else than what is here."""
        if self.columns is None:
            # Only the warehouse itself says in its words that a table is missing.
            return self.table.optional
        if self.partitions is None:
            return ledger.known_etag(con, self.table, url, self.dates) == self.etag
        held = ledger.held(con, self.table, self.dates)
        plan = plan_pull(held, self.partitions, self.dates)
        return all(partition.day in self.days for partition in plan.fetch)


def prefetch(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    dates: DateRange,
    folder: Path,
    *,
    after: date | None = None,
) -> Prefetched:
    """Read what a pull of ``dates`` will need, at one moment of the warehouse.

    Args:
        replica: Its ledger tells what is held.
        warehouse: Where the rows come from.
        table: A declared table.
        dates: Both ends included.
        folder: Takes the file.
        after: Dates up to it are left out: the pull of the range before brings them.

    Raises:
        WarehouseFailed: the stream died.
    """
    import pyarrow as pa

    with replica.read() as con:
        known = ledger.known_etag(con, table, warehouse.url, dates)
        held = ledger.held(con, table, dates)
    with warehouse.snapshot() as snapshot:
        columns = snapshot.columns(table)
        if columns is None:
            return Prefetched(table, dates, None, "", {}, frozenset(), None)
        etag = snapshot.etag(table)
        if etag == known:
            return Prefetched(table, dates, columns, etag, None, frozenset(), None)
        partitions = dict(snapshot.partitions(table, dates))
        days = [
            partition.day
            for partition in plan_pull(held, partitions, dates).fetch
            if after is None or partition.day > after
        ]
        if not days:
            return Prefetched(table, dates, columns, etag, partitions, frozenset(), None)
        live = {column.name for column in columns}
        names = [name for name in table.column_names if name in live]
        file = folder / f"{table.name}_{dates.start}_{dates.end}.arrow"
        with (
            snapshot.read(table, names, days) as reader,
            pa.ipc.new_file(str(file), reader.schema) as writer,
        ):
            for batch in reader:
                writer.write_batch(batch)
    return Prefetched(table, dates, columns, etag, partitions, frozenset(days), file)


class PrefetchedWarehouse:
    """A warehouse for one pull: reading is served from files, nothing can be written."""

    account = None
    engine = None

    def __init__(self, url: str, tables: Sequence[Prefetched]) -> None:
        self.url = url
        self._tables = {prefetched.table.full_name: prefetched for prefetched in tables}

    def __enter__(self) -> PrefetchedWarehouse:
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The moment at which the files were written."""
        yield _PrefetchedSnapshot(self._tables)

    def create(self, table: Table) -> bool:
        """Never."""
        raise NotImplementedError(table.full_name)

    def add_columns(self, table: Table, columns: Sequence[Column]) -> None:
        """Never."""
        raise NotImplementedError(table.full_name)

    def replace(self, replacement: Replacement) -> Replaced:
        """Never."""
        raise NotImplementedError(replacement.table.full_name)

    def undo(self, undo: Undo) -> Undone:
        """Never."""
        raise NotImplementedError(undo.table.full_name)

    def serves(self, replica: Replica) -> bool:
        """Whether a pull that begins now finds all of it here; else it has to ask the warehouse."""
        with replica.read() as con:
            return all(prefetched.serves(con, self.url) for prefetched in self._tables.values())


class _PrefetchedSnapshot:
    def __init__(self, tables: Mapping[str, Prefetched]) -> None:
        self._tables = tables

    def columns(self, table: Table) -> tuple[Column, ...] | None:
        return self._tables[table.full_name].columns

    def blocking_issues(self, table: Table) -> tuple[str, ...]:
        raise NotImplementedError(table.full_name)

    def warnings(self, table: Table) -> tuple[str, ...]:
        return ()

    def etag(self, table: Table) -> str:
        return self._tables[table.full_name].etag

    def partitions(
        self, table: Table, dates: DateRange, columns: Sequence[str] | None = None
    ) -> Mapping[date, Partition]:
        if columns is not None:
            raise NotImplementedError(table.full_name)
        found = self._tables[table.full_name].partitions or {}
        return {day: partition for day, partition in found.items() if day in dates}

    @contextmanager
    def read(
        self, table: Table, columns: Sequence[str], dates: Sequence[date]
    ) -> Iterator[pa.RecordBatchReader]:
        import pyarrow as pa
        from pyarrow import compute as pc

        file = self._tables[table.full_name].file
        if file is None:
            raise LookupError(f"{table.full_name}: nothing was read ahead")
        with pa.memory_map(str(file)) as source:
            stored = pa.ipc.open_file(source)
            wanted = pa.array(list(dates), pa.date32())
            kept = pa.schema([stored.schema.field(name) for name in columns])

            def batches() -> Iterator[pa.RecordBatch]:
                for number in range(stored.num_record_batches):
                    batch = stored.get_batch(number)
                    day = batch.column(table.partition_column)
                    yield batch.filter(pc.is_in(day, wanted)).select(list(columns))

            with pa.RecordBatchReader.from_batches(kept, batches()) as reader:
                yield reader
