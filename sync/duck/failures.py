"""What an error of DuckDB means to the user: a file that is held, a full disk, an interrupt."""

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

# What DuckDB says of a file that another process holds, or this one.
HELD = ("Could not set lock", "different configuration", "Unique file handle conflict")
# Disk, memory, and what every statement answers once a commit met a full disk.
_EXHAUSTED = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Make of the block's errors what they mean to the user."""
    try:
        yield
    except Failure:
        raise
    except BaseException as error:
        # DuckDB makes a RuntimeError of it, and who iterates for DuckDB an IOException.
        if interrupts.received() and not isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        # Also what only the end of the block meets: closing a file writes a checkpoint.
        if hint := exhausted_hint(error):
            # DuckDB puts the reason of a failed checkpoint into the second line.
            text = " ".join(str(error).split())
            raise Failure(
                f"{path}: cannot be written or read: {text}", hint=hint, path=str(path)
            ) from error
        raise


def exhausted_hint(error: BaseException) -> str:
    """What to do where the disk, the memory or a limit ended a statement; '' for other errors."""
    text = str(error)
    # A commit that cannot write its log is a TransactionException.
    if not isinstance(error, _EXHAUSTED) and "Failed to commit" not in text:
        return ""
    if isinstance(error, duckdb.OutOfMemoryException) and "disk" not in text:
        return "raise memory_limit, then run the same command again"
    if os.strerror(errno.EFBIG) in text:
        return "raise the limit of file sizes (ulimit -f unlimited), then run it again"
    if os.strerror(errno.EACCES) in text or os.strerror(errno.EROFS) in text:
        return "name a file on a disk that can be written, or change its permissions"
    return "free disk space, then run the same command again"


def opening_failure(path: Path | None, error: duckdb.Error) -> Failure:
    """What a failure to open means to the user."""
    text = str(error).splitlines()[0]
    if any(known in text for known in HELD):
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
