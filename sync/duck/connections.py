"""Opens DuckDB connections; nothing else in the product does."""

from __future__ import annotations

import atexit
import time
from contextlib import closing, contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

import duckdb

from sync import interrupts
from sync.duck.failures import HELD, opening_failure, translated
from sync.duck.quoting import quote, quote_literal
from sync.errors import ReplicaLocked
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

# As in BigQuery: the order of NULLs, UTC timestamps, and an error on 1 / 0 instead of infinity.
_SETTINGS = (
    "TimeZone = 'UTC'",
    "default_null_order = 'nulls_first_on_asc_last_on_desc'",
    "ieee_floating_point_ops = false",
)
_UNTRUSTED = (
    "SET enable_external_access = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET lock_configuration = true",
)
_POLL_SECONDS = 0.05
# A replica and a warehouse.
_MOST_IDLE = 4
# DuckDB runs windows and joins a fifth slower after a hundred computations in one instance.
_MOST_SESSIONS = 60
# The features, the audit and the coverage together have half as many.
_MOST_PARSED = 64
# A quarter of DuckDB's default. Threads share the work by row groups, and compress them while rows
# arrive; otherwise a season's rows would be one group, compressed by one thread at the end.
ROW_GROUP_ROWS = 30_720
_FILE = Sql("local")


def connect(
    path: Path | None,
    *,
    read_only: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection with this project's session settings, in a new DuckDB instance.

    Args:
        path: The DuckDB file; None for a database in memory.
        read_only: Many processes may read at a time, but none while another one writes.
        memory_limit: DuckDB's limit, such as ``4GB``.
        threads: DuckDB's threads.

    Raises:
        BadInput: the file is missing, is not a DuckDB database, or a newer DuckDB wrote it.
        ReplicaLocked: another process, or this one, holds the file.
    """
    try:
        return _connect(path, _config(memory_limit, threads), read_only=read_only)
    except duckdb.Error as error:
        raise opening_failure(path, error) from error


def _connect(
    path: Path | None, config: dict[str, Any], *, read_only: bool
) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(path or ":memory:"), read_only=read_only, config=config)
    for setting in _SETTINGS:
        con.execute(sql("SET GLOBAL {}", Sql(setting)))
    return con


@contextmanager
def opened(
    path: Path,
    *,
    read_only: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
    wait_seconds: float = 0.0,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a file for the length of the block; what is not committed is rolled back.

    Starting a DuckDB instance takes longer than opening a file: this process keeps one for each
    file, and attaches the file only while it is used. Temporary tables end with the block; other
    attached databases and global settings would outlive it.

    Args:
        path: The DuckDB file; created if it is missing, unless ``read_only``.
        read_only: Many may read at a time, but none while another one writes.
        memory_limit: DuckDB's limit, such as ``4GB``.
        threads: DuckDB's threads.
        wait_seconds: How long to wait while another process holds the file.

    Raises:
        BadInput: the file is missing, is not a DuckDB database, or a newer DuckDB wrote it.
        ReplicaLocked: another process, or this one, holds the file.
    """
    with translated(path), _claimed(path, _config(memory_limit, threads)) as instance:
        con = _wait(path, lambda: instance.open(read_only=read_only), wait_seconds)
        try:
            yield con
        finally:
            instance.close(con)


@contextmanager
def opened_untrusted(
    path: Path, *, memory_limit: str | None, threads: int | None, wait_seconds: float
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for the user's SQL: it can read this file, and nothing else.

    Raises:
        BadInput, ReplicaLocked: as :func:`opened`.
    """
    config = _config(memory_limit, threads)

    def open_file() -> duckdb.DuckDBPyConnection:
        return _connect(path, config, read_only=True)

    with translated(path), closing(_wait(path, open_file, wait_seconds)) as con:
        for setting in _UNTRUSTED:
            con.execute(setting)
        yield con


def _wait(
    path: Path, open_file: Callable[[], duckdb.DuckDBPyConnection], seconds: float
) -> duckdb.DuckDBPyConnection:
    """Open the file; retry while another process holds it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return open_file()
        except duckdb.Error as error:
            failure = opening_failure(path, error)
            # After an interrupt, a block of this process may still hold it.
            is_over = time.monotonic() >= deadline or interrupts.received()
            if not isinstance(failure, ReplicaLocked) or is_over:
                raise failure from error
        time.sleep(_POLL_SECONDS)


def _config(memory_limit: str | None, threads: int | None) -> dict[str, Any]:
    given = {"memory_limit": memory_limit, "threads": threads}
    return {name: value for name, value in given.items() if value}


class _Instance:
    """A DuckDB instance in memory, to which one file is attached while it is in use."""

    def __init__(self, path: str, config: dict[str, Any]) -> None:
        self.claims = 0
        self.served = 0
        self.is_broken = False
        self._path = path
        self._lock = Lock()
        self._sessions = 0
        self._read_only = False
        self._con = duckdb.connect(config={"temp_directory": f"{path}.tmp", **config})
        for setting in _SETTINGS:
            self._con.execute(sql("SET GLOBAL {}", Sql(setting)))

    def open(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """A session on the file: shared by readers, exclusive for a writer."""
        with self._lock:
            if not self._sessions:
                # Only ATTACH takes a row group size.
                option = Sql("READ_ONLY" if read_only else f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}")
                self._con.execute(
                    sql("ATTACH {} AS {} ({})", quote_literal(self._path), _FILE, option)
                )
                self._read_only = read_only
                # Writing threads do not have to wait for each other: no result depends on the
                # order of stored rows.
                self._con.execute(
                    sql("SET GLOBAL preserve_insertion_order = {}", Sql(str(read_only)))
                )
            elif not (read_only and self._read_only):
                raise duckdb.IOException(f"{HELD[-1]}: {self._path}")
            con = self._con.cursor()
            con.execute(sql("USE {}", _FILE))
            self._sessions += 1
            self.served += 1
        return con

    def close(self, con: duckdb.DuckDBPyConnection) -> None:
        """End a session; the last one detaches the file, which releases it for other processes."""
        with suppress(duckdb.Error):
            con.rollback()
        con.close()
        with self._lock:
            self._sessions -= 1
            if not self._sessions:
                # Not used again unless it closes without an error.
                self.is_broken = True
                self._con.execute(sql("DETACH {}", _FILE))
                self.is_broken = False

    def end(self) -> None:
        """Stop DuckDB."""
        self._con.close()


# Both: last used last.
_parsed: dict[str, duckdb.Statement] = {}
_parsed_lock = Lock()
_instances: dict[str, _Instance] = {}
_instances_lock = Lock()


@contextmanager
def _claimed(path: Path, config: dict[str, Any]) -> Iterator[_Instance]:
    """The instance for a file; a few unused ones are kept, because they are soon used again."""
    absolute = str(path.absolute())
    key = f"{absolute} {config}"
    with _instances_lock:
        held = _instances.get(key)
        is_due = held and (held.is_broken or held.served >= _MOST_SESSIONS)
        if held and is_due and not held.claims:
            _instances.pop(key).end()
        if key not in _instances:
            idle = [name for name, instance in _instances.items() if not instance.claims]
            for name in idle[: max(0, len(idle) - _MOST_IDLE + 1)]:
                _instances.pop(name).end()
            _instances[key] = _Instance(absolute, config)
        instance = _instances[key] = _instances.pop(key)
        instance.claims += 1
    try:
        yield instance
    finally:
        with _instances_lock:
            instance.claims -= 1


@atexit.register
def _end() -> None:
    for instance in _instances.values():
        instance.end()


def cursor(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A second session on the same file, with a separate transaction."""
    (database,) = con.execute("SELECT current_database()").fetchall()[0]
    session = con.cursor()
    session.execute(sql("USE {}", quote(database)))
    return session


def run(
    con: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, object]
) -> duckdb.DuckDBPyConnection:
    """Execute a long statement that is repeated often: this process parses it once.

    Parsing takes a sixth of a date's computation. Only the parsed statement is cached: each
    execution binds and plans again.

    Args:
        con: The connection; another one may have parsed the statement.
        sql: One statement.
        values: Parameters by name.
    """
    with _parsed_lock:
        statement = _parsed.pop(sql, None)
    if statement is None:
        (statement,) = con.extract_statements(sql)
    with _parsed_lock:
        _parsed[sql] = statement
        if len(_parsed) > _MOST_PARSED:
            del _parsed[next(iter(_parsed))]
    return con.execute(statement, dict(values))
