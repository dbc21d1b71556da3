"""Opens DuckDB connections; nothing else in the product does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from sync.errors import BadInput, ReplicaLocked

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


def connect(
    path: Path | None,
    *,
    read_only: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection with this project's session settings; ``None`` gives one in memory.

    Raises:
        BadInput: the file is no DuckDB database, or a newer DuckDB wrote it.
        ReplicaLocked: another process holds the file.
    """
    config: dict[str, str | bool | int | float | list[str]] = {}
    if memory_limit:
        config["memory_limit"] = memory_limit
    if threads:
        config["threads"] = threads
    try:
        con = duckdb.connect(str(path or ":memory:"), read_only=read_only, config=config)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise ReplicaLocked(
                f"{path}: another process holds the file ({_holder(str(error))})",
                hint="wait for it to end, or copy the file and read the copy",
                path=str(path),
            ) from error
        raise BadInput(f"{path}: no readable DuckDB file: {error}", path=str(path)) from error
    except duckdb.Error as error:
        raise BadInput(f"{path}: no readable DuckDB file: {error}", path=str(path)) from error
    for setting in _SETTINGS:
        con.execute(setting)
    return con


def connect_untrusted(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection for SQL that a user typed: reads this file and reaches nothing else."""
    con = connect(path, read_only=True)
    for setting in _UNTRUSTED:
        con.execute(setting)
    return con


def _holder(message: str) -> str:
    """The process that DuckDB's message names, or 'unknown'."""
    start = message.find("PID ")
    return "pid " + message[start + 4 :].split(")")[0].split()[0] if start >= 0 else "unknown"
