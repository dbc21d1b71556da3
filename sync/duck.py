"""Opens DuckDB connections; nothing else in the product does."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import duckdb

from sync.errors import BadInput, Failure, ReplicaLocked
from sync.names import quote, quote_literal

if TYPE_CHECKING:
    from pathlib import Path

# BigQuery's order of NULLs, its UTC timestamps, and an error on 1 / 0 instead of infinity.
_SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET default_null_order = 'nulls_first_on_asc_last_on_desc'",
    "SET ieee_floating_point_ops = false",
)
_UNTRUSTED = (
    "SET enable_external_access = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET lock_configuration = true",
)
_POLL_SECONDS = 0.05
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
    wait_seconds: float = 0.0,
) -> duckdb.DuckDBPyConnection:
    """A connection with this project's session settings; ``None`` gives one in memory.

    Args:
        path: The DuckDB file.
        read_only: Many processes may read at a time, but none while another one writes.
        memory_limit: DuckDB's limit, such as ``4GB``.
        threads: DuckDB's threads.
        wait_seconds: How long to wait for a process that holds the file.

    Raises:
        BadInput: the file is missing, is no DuckDB database, or a newer DuckDB wrote it.
        ReplicaLocked: another process, or this one, holds the file.
    """
    config: dict[str, str | bool | int | float | list[str]] = {}
    if memory_limit:
        config["memory_limit"] = memory_limit
    if threads:
        config["threads"] = threads
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            con = _open(path, config, read_only=read_only)
            break
        except duckdb.Error as error:
            failure = _translate(path, error)
            if not isinstance(failure, ReplicaLocked) or time.monotonic() >= deadline:
                raise failure from error
        time.sleep(_POLL_SECONDS)
    for setting in _SETTINGS:
        con.execute(setting)
    return con


def _open(
    path: Path | None,
    config: dict[str, str | bool | int | float | list[str]],
    *,
    read_only: bool,
) -> duckdb.DuckDBPyConnection:
    if path is None or read_only:
        return duckdb.connect(str(path or ":memory:"), read_only=read_only, config=config)
    # Only ATTACH takes a row group size.
    con = duckdb.connect(config={"temp_directory": f"{path}.tmp", **config})
    try:
        con.execute(
            f"ATTACH {quote_literal(str(path))} AS {_FILE} (ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
        )
        con.execute(f"USE {_FILE}")
        # Threads need not wait for each other: no result depends on the order of stored rows.
        con.execute("SET preserve_insertion_order = false")
    except duckdb.Error:
        con.close()
        raise
    return con


def cursor(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A second session on the same file, with a transaction of its own."""
    (database,) = con.execute("SELECT current_database()").fetchall()[0]
    found = con.cursor()
    found.execute(f"USE {quote(database)}")
    return found


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
