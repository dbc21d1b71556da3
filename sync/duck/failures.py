"""Translates errors of DuckDB for the user: a locked file, a full disk, an interrupt."""

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from sync import interrupts
from sync.errors import BadInput, Failure, ReplicaLocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# DuckDB's messages about a file that this or another process holds.
HELD = ("Could not set lock", "different configuration", "Unique file handle conflict")
# A full disk, exhausted memory, and the error of every statement after a commit on a full disk.
_EXHAUSTED = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Translate the block's errors for the user."""
    try:
        yield
    except Failure:
        raise
    except BaseException as error:
        # DuckDB turns it into a RuntimeError, or in an iterator that it calls into an IOException.
        if interrupts.received() and not isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        # Also at the end of the block: closing a file writes a checkpoint.
        if hint := exhausted_hint(error):
            # DuckDB puts the reason of a failed checkpoint into the second line.
            text = " ".join(str(error).split())
            raise Failure(
                f"{path}: cannot be written or read: {text}", hint=hint, path=str(path)
            ) from error
        raise


def exhausted_hint(error: BaseException) -> str:
    """The hint if the disk, the memory or a limit ended a statement; '' for other errors."""
    text = str(error)
    # A commit that cannot write its log is a TransactionException.
    if not isinstance(error, _EXHAUSTED) and "Failed to commit" not in text:
        return ""
    if isinstance(error, duckdb.OutOfMemoryException) and "disk" not in text:
        return "raise memory_limit, then run the same command again"
    if os.strerror(errno.EFBIG) in text:
        return "raise the limit of file sizes (ulimit -f unlimited), then run it again"
    if os.strerror(errno.EACCES) in text or os.strerror(errno.EROFS) in text:
        return "name a file on a writable disk, or change its permissions"
    return "free disk space, then run the same command again"


def opening_failure(path: Path | None, error: duckdb.Error) -> Failure:
    """The error for the user if a file cannot be opened."""
    text = str(error).splitlines()[0]
    if any(known in text for known in HELD):
        match = re.search(r"PID (\d+)", text)
        holder = f"process {match[1]}" if match else "this process"
        return ReplicaLocked(
            f"{path}: {holder} holds the file",
            hint=f"wait until it ends, or work on a copy: cp {path} copy.duckdb",
            path=str(path),
            pid=int(match[1]) if match else None,
        )
    if path is not None and not path.exists():
        return BadInput(f"{path}: no such file", hint="featurestore init", path=str(path))
    return BadInput(
        f"{path}: cannot be opened as a DuckDB file: {text}",
        hint="name another file, or upgrade featurestore if a newer version wrote this one",
        path=str(path),
    )
