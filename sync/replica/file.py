"""The replica: one DuckDB file that holds pulled partitions, computed rows and the ledger."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from sync.duck import connections
from sync.duck.catalog import live_columns, require_declared
from sync.duck.file_lock import write_lock
from sync.duck.quoting import quote, quote_table
from sync.duck.types import add_column_sql, create_table_sql
from sync.errors import BadInput, Refused
from sync.replica import identities, migrations
from sync.schema_drift import find_drift
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sync.model import Column, Table


def replica_table(table: Table) -> str:
    """The replica's table for pulled rows: the declared name, except for computed tables."""
    return f"upstream.{table.name}" if table.direction == "pushed" else table.full_name


@dataclass(frozen=True, slots=True)
class Replica:
    """A replica file, which exists and has the current schema; opens connections on request.

    Attributes:
        path: The DuckDB file.
        lock_wait_seconds: How long a writer waits for another process.
        memory_limit: DuckDB's limit, such as ``4GB``; None for DuckDB's own.
        threads: DuckDB's threads; None for all cores.
        if_missing: The hint if there is no such file.
        declared: Returns the declared tables; asked only to explain why a statement failed.
    """

    path: Path
    lock_wait_seconds: float = 10.0
    memory_limit: str | None = None
    threads: int | None = None
    if_missing: str = "featurestore init"
    declared: Callable[[], Iterable[Table]] = tuple

    def create(self, tables: Sequence[Table]) -> bool:
        """Create the file, migrate an older one, add missing tables and nullable columns.

        A view in the place of a table is left as it is, for its owner. True if anything was
        changed. May be repeated.

        Raises:
            Refused: a newer version of this program wrote the file, it is another program's
                database, or a column's declared type changed; it is left untouched.
        """
        if self.path.exists() and self._lacks_nothing(tables):
            return False
        with write_lock(self.path, self.lock_wait_seconds), self._open() as con:
            con.execute("BEGIN")
            _migrate(con, self.path)
            views = _views(con)
            for table in _copies(tables):
                if table.full_name in views:
                    continue
                # In the last committed state: None if the table is about to be created.
                missing = _missing_columns(con, self.path, table)
                con.execute(sql("CREATE SCHEMA IF NOT EXISTS {}", quote(table.dataset)))
                con.execute(create_table_sql(table))
                for column in missing or ():
                    con.execute(add_column_sql(quote_table(table), column))
            con.execute("COMMIT")
        return True

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-write connection under the write lock; hold it briefly.

        Raises:
            BadInput: there is no such file, or an older version wrote it.
            Refused: a newer version wrote it.
            ReplicaLocked: another process writes, or reads for longer than the wait.
            Failure: the disk is full, or the memory limit too small; nothing was committed.
            Refused: a statement needs a declared column that the file lacks.
        """
        self._require_file()
        with write_lock(self.path, self.lock_wait_seconds):
            # Opening a file for writing replays its log: check first that it is not a newer one's.
            if self.path.with_name(self.path.name + ".wal").exists():
                with self._open(read_only=True) as con:
                    self._require_version(con)
            with self._open() as con:
                self._require_version(con)
                with self._explained(con):
                    yield con

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection; sees the last committed state.

        Raises:
            BadInput: there is no such file, or an older version wrote it.
            Refused: a newer version wrote it.
            ReplicaLocked: a process writes for longer than the wait.
        """
        self._require_file()
        with self._open(read_only=True) as con:
            self._require_version(con)
            with self._explained(con):
                yield con

    @contextmanager
    def read_untrusted(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection for the user's SQL: it can read this file, and nothing else.

        Raises:
            BadInput, Refused, ReplicaLocked: as :meth:`read`.
        """
        self._require_file()
        with connections.opened_untrusted(
            self.path,
            memory_limit=self.memory_limit,
            threads=self.threads,
            wait_seconds=self.lock_wait_seconds,
        ) as con:
            self._require_version(con)
            with self._explained(con):
                yield con

    @contextmanager
    def _explained(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Explain the error of an unknown column, if the file lacks a declared column."""
        try:
            yield
        except duckdb.BinderException:
            for table in self.declared():
                require_declared(con, table, hint="featurestore init")
            raise

    def _open(
        self, *, read_only: bool = False
    ) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return connections.opened(
            self.path,
            read_only=read_only,
            memory_limit=self.memory_limit,
            threads=self.threads,
            wait_seconds=self.lock_wait_seconds,
        )

    def _require_file(self) -> None:
        if not self.path.exists():
            raise BadInput(
                f"replica {self.path}: no such file",
                hint=self.if_missing,
                path=str(self.path),
            )

    def _require_version(self, con: duckdb.DuckDBPyConnection) -> None:
        version = _version(con)
        _refuse_newer(self.path, version)
        if version != migrations.VERSION:
            raise BadInput(
                f"replica {self.path}: schema version {version}, this program has"
                f" {migrations.VERSION}",
                hint="featurestore init",
                path=str(self.path),
                version=version,
            )

    def _lacks_nothing(self, tables: Sequence[Table]) -> bool:
        with self._open(read_only=True) as con:
            version = _version(con)
            _refuse_newer(self.path, version)
            present = {
                f"{schema}.{name}"
                for schema, name in con.execute(
                    "SELECT schema_name, table_name FROM duckdb_tables()"
                ).fetchall()
            }
            views = _views(con)
            missing = [
                _missing_columns(con, self.path, copy)
                for copy in _copies(tables)
                if copy.full_name not in views
            ]
        if present and not version:
            raise Refused(
                f"{self.path}: not a replica, but another DuckDB file with tables",
                hint="name another file with FEATURESTORE_REPLICA",
                path=str(self.path),
            )
        return version == migrations.VERSION and all(columns == () for columns in missing)


def _copies(tables: Sequence[Table]) -> list[Table]:
    """The local tables of declared ones: a pushed table has a second one for pulled rows."""
    second = [
        replace(table, dataset="upstream", unwritten=())
        for table in tables
        if table.direction == "pushed"
    ]
    return [*tables, *second]


def _views(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {
        f"{schema}.{name}"
        for schema, name in con.execute(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
    }


def _missing_columns(
    con: duckdb.DuckDBPyConnection, path: Path, table: Table
) -> tuple[Column, ...] | None:
    """The declared columns that a local table lacks; None without the table."""
    live = live_columns(con, table)
    if live is None:
        return None
    drift = find_drift(table, live)
    if blocking := drift.blocking():
        raise Refused(
            f"replica {path}: {table.full_name}: {'; '.join(blocking)}",
            hint="name another file with FEATURESTORE_REPLICA, then featurestore init",
            path=str(path),
            table=table.full_name,
        )
    return drift.missing


def _version(con: duckdb.DuckDBPyConnection) -> int:
    """The file's schema version; 0 for a file that is not a replica yet."""
    # In a separate transaction, which the error of a file that is not a replica yet would abort.
    with closing(connections.cursor(con)) as probe:
        try:
            row = probe.execute("SELECT max(version) FROM featurestore.meta").fetchone()
        except duckdb.CatalogException:
            return 0
    return int(row[0]) if row and row[0] is not None else 0


def _refuse_newer(path: Path, version: int) -> None:
    if version > migrations.VERSION:
        raise Refused(
            f"replica {path}: schema version {version} is newer than this program's"
            f" {migrations.VERSION}",
            hint="upgrade featurestore, or name another file with FEATURESTORE_REPLICA",
            path=str(path),
            version=version,
        )


def _migrate(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    version = _version(con)
    _refuse_newer(path, version)
    for number, statements in enumerate(migrations.MIGRATIONS[version:], start=version + 1):
        for statement in statements:
            con.execute(statement)
        if number == migrations.IDENTITIES:
            identities.adopt(con)
        con.execute("INSERT INTO featurestore.meta VALUES (?, ?)", [number, datetime.now(UTC)])
