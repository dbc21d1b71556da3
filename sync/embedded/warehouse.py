"""The embedded warehouse: a second DuckDB file behind the warehouse protocol.

It needs no account and no service. Other tools may change the file between two calls, so tokens are
digests of the content, and the etag is the state of the file.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from sync.counted import counted
from sync.duck import connections, failures
from sync.duck.catalog import list_partitions, live_columns, require_columns
from sync.duck.clauses import bind_days, on_days
from sync.duck.file_lock import write_lock
from sync.duck.quoting import quote, quote_table
from sync.duck.types import add_column_sql, create_table_sql, googlesql_type
from sync.embedded.replace import prepare_jobs, replace_partitions
from sync.embedded.undo import take_back
from sync.errors import BadInput, WarehouseFailed
from sync.identity import with_datasets
from sync.schema_drift import refuse_required
from sync.sql_text import join, sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

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

BATCH_ROWS = 65_536


class EmbeddedWarehouse:
    """A warehouse in one DuckDB file; each method opens and closes it.

    Attributes:
        path: The file.
        url: The file's absolute path without links.
        datasets: Declared dataset to its name in the file, if the two differ.
    """

    def __init__(
        self,
        path: Path,
        *,
        lock_wait_seconds: float = 10.0,
        datasets: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self.datasets = datasets or {}
        self.url = with_datasets(str(path.resolve()), self.datasets)
        self._lock_wait_seconds = lock_wait_seconds

    account = None
    engine = None

    def __enter__(self) -> EmbeddedWarehouse:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: each call opens and closes the file."""

    @contextmanager
    def snapshot(self) -> Iterator[EmbeddedSnapshot]:
        """One read-only transaction over the file; an empty warehouse if there is no file."""
        # Taken before the file is opened: a write in between is compared again, not missed.
        etag = _file_state(self.path)
        if not self.path.exists():
            with closing(connections.connect(None)) as con:
                yield EmbeddedSnapshot(con, etag, self.datasets)
            return
        with connections.opened(
            self.path, read_only=True, wait_seconds=self._lock_wait_seconds
        ) as con:
            con.execute("BEGIN TRANSACTION READ ONLY")
            yield EmbeddedSnapshot(con, etag, self.datasets)

    @contextmanager
    def writer(self, *, create: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-write connection under the file's lock, in one transaction.

        Commits at the end of the block, rolls back when it raises.

        Raises:
            BadInput: there is no such file, and it must not be created.
            WarehouseFailed: DuckDB failed, for example on a full disk.
        """
        if not create and not self.path.exists():
            raise BadInput(
                f"warehouse {self.path}: no such file", hint="featurestore init", path=self.url
            )
        with (
            write_lock(self.path, self._lock_wait_seconds),
            connections.opened(self.path, wait_seconds=self._lock_wait_seconds) as con,
        ):
            try:
                con.execute("BEGIN")
                yield con
                con.execute("COMMIT")
            except duckdb.Error as error:
                raise WarehouseFailed(
                    f"warehouse {self.path}: the write failed, nothing was changed:"
                    f" {str(error).splitlines()[0]}",
                    hint=failures.exhausted_hint(error),
                    path=self.url,
                ) from error

    def create(self, table: Table) -> bool:
        """Create the table if it is missing; an existing one is left as it is."""
        with self.snapshot() as snapshot:
            if snapshot.columns(table) is not None:
                return False
        live = table.renamed(self.datasets)
        with self.writer(create=True) as con:
            con.execute(sql("CREATE SCHEMA IF NOT EXISTS {}", quote(live.dataset)))
            con.execute(create_table_sql(live))
        return True

    def add_columns(self, table: Table, columns: Sequence[Column]) -> None:
        """One transaction; the new columns have no default."""
        table = table.renamed(self.datasets)
        refuse_required(table, columns)
        with self.writer() as con:
            require_columns(con, table)
            for column in columns:
                con.execute(add_column_sql(quote_table(table), column))

    def replace(self, replacement: Replacement) -> Replaced:
        """One DuckDB transaction; see the protocol for its guarantees."""
        live = replace(replacement, table=replacement.table.renamed(self.datasets))
        with self.writer() as con:
            return replace_partitions(con, live)

    def undo(self, undo: Undo) -> Undone:
        """One DuckDB transaction, from the file that the write saved."""
        with self.writer() as con:
            prepare_jobs(con)
            return take_back(con, replace(undo, table=undo.table.renamed(self.datasets)))


class EmbeddedSnapshot:
    """The file at one moment."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, etag: str, datasets: Mapping[str, str]
    ) -> None:
        self._con = con
        self._etag = etag
        self._datasets = datasets

    def columns(self, table: Table) -> tuple[Column, ...] | None:
        """The live columns, with GoogleSQL types if there are counterparts of DuckDB's."""
        live = live_columns(self._con, table.renamed(self._datasets))
        return live and tuple(replace(column, type=googlesql_type(column.type)) for column in live)

    def etag(self, table: Table) -> str:
        """The state of the whole file: changes when any table does."""
        require_columns(self._con, table.renamed(self._datasets))
        return self._etag

    def blocking_issues(self, table: Table) -> tuple[str, ...]:
        """Rows without a partition date; one scan of that column."""
        table = table.renamed(self._datasets)
        require_columns(self._con, table)
        (rows,) = self._con.execute(
            sql(
                "SELECT count(*) FROM {} WHERE {} IS NULL",
                quote_table(table),
                quote(table.partition_column),
            )
        ).fetchall()[0]
        return (f"{counted(rows, 'row')} without {table.partition_column}",) if rows else ()

    def warnings(self, table: Table) -> tuple[str, ...]:
        """None: a file has no settings to warn about."""
        return ()

    def partitions(
        self, table: Table, dates: DateRange, columns: Sequence[str] | None = None
    ) -> Mapping[date, Partition]:
        """Counts and digests, in one scan of the range."""
        live = table.renamed(self._datasets)
        return list_partitions(self._con, live, dates.start, dates.end, columns)

    @contextmanager
    def read(
        self, table: Table, columns: Sequence[str], dates: Sequence[date]
    ) -> Iterator[pa.RecordBatchReader]:
        """One statement for all dates, bounded by the first and the last."""
        relation = self._con.sql(
            sql(
                "SELECT {} FROM {} WHERE {}",
                # Otherwise the names would have the file's case.
                join(", ", [sql("{0} AS {0}", quote(name)) for name in columns]),
                quote_table(table.renamed(self._datasets)),
                on_days(quote(table.partition_column)),
            ),
            params=bind_days(dates),
        )
        with closing(relation.to_arrow_reader(BATCH_ROWS)) as reader:
            yield reader


def _file_state(path: Path) -> str:
    """Modification time, size and inode of the file and of its log, which change on each commit."""
    parts = []
    for file in (path, path.with_name(path.name + ".wal")):
        if file.exists():
            stat = file.stat()
            parts.append(f"{stat.st_mtime_ns}.{stat.st_size}.{stat.st_ino}")
    return "|".join(parts) or "none"
