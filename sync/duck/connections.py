"""Opens DuckDB connections; nothing else in the product does."""

from __future__ import annotations

import atexit
import re
import time
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

import duckdb

from sync.duck import compaction
from sync.duck.quoting import quote, quote_literal
from sync.errors import BadInput, Failure, ReplicaLocked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# BigQuery's order of NULLs, its UTC timestamps, and an error on 1 / 0 instead of infinity.
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
# A process works with a replica and a warehouse.
_MOST_IDLE = 4
# DuckDB runs windows and joins a fifth slower after a hundred computations in one instance.
_MOST_SESSIONS = 60
# The features, the audit and the coverage together have half as many.
_MOST_PARSED = 64
# A quarter of DuckDB's own. Threads share the work by row groups, and compress them while rows
# still arrive: a season's rows are one group otherwise, compressed by one thread at the end.
ROW_GROUP_ROWS = 30_720
_FILE = "local"
# What DuckDB says of a file that another process holds, or this one.
_HELD = ("Could not set lock", "different configuration", "Unique file handle conflict")


def connect(
    path: Path | None,
    *,
    read_only: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection with this project's session settings, in a DuckDB instance of its own.

    Args:
        path: The DuckDB file; ``None`` gives a database in memory.
        read_only: Many processes may read at a time, but none while another one writes.
        memory_limit: DuckDB's limit, such as ``4GB``.
        threads: DuckDB's threads.

    Raises:
        BadInput: the file is missing, is no DuckDB database, or a newer DuckDB wrote it.
        ReplicaLocked: another process, or this one, holds the file.
    """
    config = _config(memory_limit, threads)
    try:
        con = duckdb.connect(str(path or ":memory:"), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise _translate(path, error) from error
    for setting in _SETTINGS:
        con.execute(f"SET GLOBAL {setting}")
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

    An instance of DuckDB takes longer to start than a file to open: this process keeps one for
    each file, and attaches the file only while somebody uses it. Temporary tables end with the
    block; what it attaches itself, and global settings, would outlive it.

    Args:
        path: The DuckDB file; made if it is missing, unless ``read_only``.
        read_only: Many may read at a time, but none while another one writes.
        memory_limit: DuckDB's limit, such as ``4GB``.
        threads: DuckDB's threads.
        wait_seconds: How long to wait for whoever holds the file.

    Raises:
        BadInput: the file is missing, is no DuckDB database, or a newer DuckDB wrote it.
        ReplicaLocked: another process, or this one, holds the file.
    """
    with _claimed(path, _config(memory_limit, threads)) as instance:
        con = _wait(path, instance, read_only=read_only, seconds=wait_seconds)
        try:
            yield con
        finally:
            instance.close(con)


def _wait(
    path: Path, instance: _Instance, *, read_only: bool, seconds: float
) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return instance.open(read_only=read_only)
        except duckdb.Error as error:
            failure = _translate(path, error)
            if not isinstance(failure, ReplicaLocked) or time.monotonic() >= deadline:
                raise failure from error
        time.sleep(_POLL_SECONDS)


def _config(memory_limit: str | None, threads: int | None) -> dict[str, Any]:
    given = {"memory_limit": memory_limit, "threads": threads}
    return {name: value for name, value in given.items() if value}


class _Instance:
    """DuckDB in memory, to which one file is attached while it is in use."""

    def __init__(self, path: str, config: dict[str, Any]) -> None:
        self.claims = 0
        self.served = 0
        self._path = path
        self._lock = Lock()
        self._sessions = 0
        self._read_only = False
        self._con = duckdb.connect(config={"temp_directory": f"{path}.tmp", **config})
        # Tables are written anew when it pays (sync.tidy), not when DuckDB would.
        for setting in (*_SETTINGS, "max_vacuum_tasks = 0"):
            self._con.execute(f"SET GLOBAL {setting}")

    def open(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """A session on the file; readers share it, a writer has it for himself."""
        with self._lock:
            if not self._sessions:
                # Only ATTACH takes a row group size.
                option = "READ_ONLY" if read_only else f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}"
                self._con.execute(f"ATTACH {quote_literal(self._path)} AS {_FILE} ({option})")
                self._read_only = read_only
                # Writing threads need not wait for each other: no result depends on the order of
                # stored rows.
                self._con.execute(f"SET GLOBAL preserve_insertion_order = {read_only}")
            elif not (read_only and self._read_only):
                raise duckdb.IOException(f"{_HELD[-1]}: {self._path}")
            con = self._con.cursor()
            con.execute(f"USE {_FILE}")
            self._sessions += 1
            self.served += 1
        return con

    def close(self, con: duckdb.DuckDBPyConnection) -> None:
        """End a session; the last one detaches the file, and frees it for other processes."""
        with suppress(duckdb.Error):
            con.rollback()
        con.close()
        with self._lock:
            self._sessions -= 1
            if not self._sessions:
                if not self._read_only:
                    self._tidy()
                self._con.execute(f"DETACH {_FILE}")

    def _tidy(self) -> None:
        """Write tables anew where that is due; if it fails, they stay as they are."""
        with suppress(duckdb.Error):
            if not compaction.is_due(self._con, _FILE, ROW_GROUP_ROWS):
                return
            self._con.execute("SET GLOBAL max_vacuum_tasks = 100")
            try:
                self._con.execute(f"CHECKPOINT {_FILE}")
            finally:
                self._con.execute("SET GLOBAL max_vacuum_tasks = 0")

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
    """The instance for a file; a few that nobody claims are kept, for they are soon used again."""
    absolute = str(path.absolute())
    key = f"{absolute} {config}"
    with _instances_lock:
        held = _instances.get(key)
        if held and held.served >= _MOST_SESSIONS and not held.claims:
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
    """A second session on the same file, with a transaction of its own."""
    (database,) = con.execute("SELECT current_database()").fetchall()[0]
    found = con.cursor()
    found.execute(f"USE {quote(database)}")
    return found


def run(
    con: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, object]
) -> duckdb.DuckDBPyConnection:
    """Execute a long statement that comes again and again: this process parses it once.

    Parsing takes a sixth of a date's computation. What is kept knows no table and no type: each
    execution binds and plans anew.

    Args:
        con: Executes; what another connection parsed serves it too.
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


def connect_untrusted(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection for SQL that a user typed: reads this file and reaches nothing else."""
    con = connect(path, read_only=True)
    for setting in _UNTRUSTED:
        con.execute(setting)
    return con


def _translate(path: Path | None, error: duckdb.Error) -> Failure:
    """What a failure to open means to the user."""
    text = str(error).splitlines()[0]
    if any(known in text for known in _HELD):
        found = re.search(r"PID (\d+)", text)
        holder = f"process {found[1]}" if found else "this process"
        return ReplicaLocked(
            f"{path}: {holder} holds the file",
            hint=f"wait for it to end, or work meanwhile on a copy: cp {path} copy.duckdb",
            path=str(path),
            pid=int(found[1]) if found else None,
        )
    if path is not None and not path.exists():
        return BadInput(f"{path}: no such file", hint="featurestore init", path=str(path))
    return BadInput(
        f"{path}: cannot be opened as a DuckDB file: {text}",
        hint="name another file, or upgrade featurestore if a newer version wrote this one",
        path=str(path),
    )
