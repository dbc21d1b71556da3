"""Detects saves of files in ``sql/`` by their sizes and modification times."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from featurestore.definitions import sql_files

if TYPE_CHECKING:
    from collections.abc import Mapping

Stamps = dict[str, tuple[int, int]]

_POLL_SECONDS = 0.2


def stamps() -> Stamps:
    """Path, such as ``sql/features/summary.sql``, to modification time (ns) and size (bytes)."""
    root = sql_files.sql_root()
    of_files = {}
    for path in sorted(root.rglob("*.sql")):
        try:
            status = path.stat()
        except FileNotFoundError:
            # An editor may save by replacing the file, which is missing for a moment.
            continue
        name = path.relative_to(root).as_posix()
        of_files[f"sql/{name}"] = (status.st_mtime_ns, status.st_size)
    return of_files


def changed(
    before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]
) -> list[str]:
    """Paths that were saved, added or removed, in order. Pure."""
    return sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )


def wait_for_save(before: Mapping[str, tuple[int, int]]) -> Stamps:
    """Return when a file differs from ``before`` and no file changed for a moment.

    Checking out a branch, or an editor that saves in steps, counts as one save.
    """
    now = stamps()
    while now == before:
        time.sleep(_POLL_SECONDS)
        now = stamps()
    while True:
        time.sleep(_POLL_SECONDS)
        again = stamps()
        if again == now:
            return now
        now = again
