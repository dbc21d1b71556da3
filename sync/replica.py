"""The replica: one DuckDB file that holds pulled partitions, computed rows and the ledger."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync import duck, ledger
from sync.errors import BadInput, Refused
from sync.lock import write_lock
from sync.names import quote, quote_table
from sync.types import create_table_sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from sync.model import Table


def replica_table(table: Table) -> str:
    """Where pulled rows go: the warehouse's own name, but never over computed rows."""
    return f"upstream.{table.name}" if table.direction == "pushed" else table.full_name


@dataclass(frozen=True, slots=True)
class Replica:
    """A replica file that exists and has the current schema; opens a connection when asked.

    Attributes:
        path: The DuckDB file.
        lock_wait_seconds: How long a writer waits for another process.
        memory_limit: DuckDB's limit, such as ``4GB``; None for DuckDB's own.
        threads: DuckDB's threads; None for all cores.
    """

    path: Path
    lock_wait_seconds: float = 10.0
    memory_limit: str | None = None
    threads: int | None = None

    def create(self, tables: Sequence[Table]) -> bool:
        """Create the file, migrate an older one, add missing tables; True if anything was done.

        May be repeated.

        Raises:
            Refused: a newer version of this program wrote the file; it is left untouched.
        """
        if self.path.exists() and self._lacks_nothing(tables):
            return False
        with write_lock(self.path, self.lock_wait_seconds), closing(self._connect()) as con:
            con.execute("BEGIN")
            _migrate(con, self.path)
            for table in tables:
                con.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(table.dataset)}")
                con.execute(create_table_sql(table))
                if table.direction == "pushed":
                    con.execute(create_table_sql(table, "upstream"))
            con.execute("COMMIT")
        return True

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-write connection under the write lock; hold it briefly.

        Raises:
            BadInput: there is no such file.
            ReplicaLocked: another process writes.
        """
        self._require()
        with write_lock(self.path, self.lock_wait_seconds), closing(self._connect()) as con:
            yield con

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection; sees the last committed state."""
        self._require()
        with closing(self._connect(read_only=True)) as con:
            yield con

    def _connect(self, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        return duck.connect(
            self.path, read_only=read_only, memory_limit=self.memory_limit, threads=self.threads
        )

    def _require(self) -> None:
        if not self.path.exists():
            raise BadInput(
                f"replica {self.path}: no such file",
                hint="featurestore init",
                path=str(self.path),
            )
        with closing(self._connect(read_only=True)) as con:
            version = _version(con)
        if version != ledger.VERSION:
            _refuse_newer(self.path, version)
            raise BadInput(
                f"replica {self.path}: schema version {version}, this program has {ledger.VERSION}",
                hint="featurestore init",
                version=version,
            )

    def _lacks_nothing(self, tables: Sequence[Table]) -> bool:
        with closing(self._connect(read_only=True)) as con:
            version = _version(con)
            _refuse_newer(self.path, version)
            present = {
                f"{schema}.{name}"
                for schema, name in con.execute(
                    "SELECT schema_name, table_name FROM duckdb_tables()"
                ).fetchall()
            }
        wanted = {table.full_name for table in tables}
        wanted |= {replica_table(table) for table in tables}
        return version == ledger.VERSION and wanted <= present


def _version(con: duckdb.DuckDBPyConnection) -> int:
    """The file's schema version; 0 for a file that is no replica yet."""
    known = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'featurestore' AND table_name = 'meta'"
    ).fetchone()
    if not known:
        return 0
    row = con.execute("SELECT max(version) FROM featurestore.meta").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _refuse_newer(path: Path, version: int) -> None:
    if version > ledger.VERSION:
        raise Refused(
            f"replica {path}: schema version {version} is newer than this program's"
            f" {ledger.VERSION}",
            hint="upgrade featurestore, or name another file with FEATURESTORE_REPLICA",
            version=version,
        )


def _migrate(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    version = _version(con)
    _refuse_newer(path, version)
    for number, statements in enumerate(ledger.MIGRATIONS[version:], start=version + 1):
        for statement in statements:
            con.execute(statement)
        con.execute("INSERT INTO featurestore.meta VALUES (?, ?)", [number, datetime.now(UTC)])


def count_rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Number of rows of a local table."""
    row = con.execute(f"SELECT count(*) FROM {quote_table(table)}").fetchone()
    return int(row[0]) if row else 0
