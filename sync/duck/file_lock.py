"""One writer at a time: an advisory lock file beside a DuckDB file, with the holder's pid."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from sync import interrupts
from sync.errors import BadInput, ReplicaLocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def write_lock(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the write lock of the file at ``path`` during the block.

    The operating system releases the lock of a process that died.

    Raises:
        ReplicaLocked: another process held it for longer than ``wait_seconds``.
        BadInput: the folder cannot be written.
    """
    holder = path.with_name(path.name + ".pid")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(path.name + ".lock"), timeout=wait_seconds)
        # An interrupt may have ended a block of this process before it could unlock.
        lock.acquire(timeout=0 if interrupts.received() else wait_seconds)
    except Timeout as error:
        pid = _read_pid(holder)
        raise ReplicaLocked(
            f"{path}: locked by process {pid or 'unknown'} for more than {wait_seconds:g} s",
            hint=f"wait until it ends, or work on a copy: cp {path} copy.duckdb",
            path=str(path),
            pid=pid,
        ) from error
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be written: {error}",
            hint="name a writable folder with --config or FEATURESTORE_REPLICA",
            path=str(path),
        ) from error
    try:
        holder.write_text(str(os.getpid()))
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _read_pid(holder: Path) -> int | None:
    """The pid in the file; None if the holder has not written it yet."""
    with suppress(OSError, ValueError):
        return int(holder.read_text())
    return None
