"""Notices that a file of ``sql/`` was saved, by looking at sizes and times of change."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from featurestore.definitions import sql_files

if TYPE_CHECKING:
    from collections.abc import Mapping

Stamps = dict[str, tuple[int, int]]

_POLL_SECONDS = 0.2


def stamps() -> Stamps:
    """Path, such as ``sql/features/summary.sql``, to time of change (ns) and size (bytes)."""
    root = sql_files.sql_root()
    found = {}
    for path in sorted(root.rglob("*.sql")):
        try:
            status = path.stat()
        except FileNotFoundError:
            # Editors save by exchanging files: between the two steps there is none.
            continue
        name = path.relative_to(root).as_posix()
        found[f"sql/{name}"] = (status.st_mtime_ns, status.st_size)
    return found


def changed(
    before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]
) -> list[str]:
    """Paths that were saved, added or removed, in order. Pure."""
    return sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )


def wait_for_save(before: Mapping[str, tuple[int, int]]) -> Stamps:
    """Return when a file differs from ``before`` and no file changed for a moment.

    A branch that is checked out, or an editor that saves in steps, is one save.
    """
    found = stamps()
    while found == before:
        time.sleep(_POLL_SECONDS)
        found = stamps()
    while True:
        time.sleep(_POLL_SECONDS)
        again = stamps()
        if again == found:
            return found
        found = again
