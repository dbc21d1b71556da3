"""Remembers what the analyzer said of a statement, so that asking again starts nothing.

One line a statement in a file of the user's cache folder: its digest, and facts that the analyzer
found. The file may be lost, cut or deleted at any time: the statement is then analysed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featurestore import disk_cache
from featurestore.googlesql import versions

if TYPE_CHECKING:
    from collections.abc import Mapping

# Change it when another version of this package could judge a statement differently.
_RULES = 1
_LARGEST_BYTES = 4_000_000
SHIPPED = Path(__file__).with_name("shipped.txt")
"""Written by ``make analysed``."""


def digest(*made_of: object) -> str:
    """What a verdict depends on, as hex: texts, schemas, parameters, GoogleSQL's version."""
    text = json.dumps([_RULES, versions.ZETASQL, *made_of], sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()


def facts(key: str) -> dict[str, Any] | None:
    """What was remembered of a statement; None for one that is not known."""
    path = _file()
    with contextlib.suppress(OSError):
        found = path.lstat()
        # What somebody else wrote says nothing.
        if not (stat.S_ISREG(found.st_mode) and disk_cache.is_private(found)):
            return None
        return _read(path, found.st_mtime_ns, found.st_size).get(key)
    return None


def remember(key: str, facts: Mapping[str, Any]) -> None:
    """Note what was found of a statement. Without a folder to write to, it is found again."""
    path = _file()
    line = f"\n{key} {json.dumps(facts)}\n"
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LARGEST_BYTES:
            path.unlink(missing_ok=True)
        # One write to the end of the file: lines of two processes do not mix. A line that was cut
        # off by a crash ends at the line break before the next one.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "wb", buffering=0) as file:
            file.write(line.encode())


def shipped() -> frozenset[str]:
    """Digests of the package's own SQL, which its tests hold against the analyzer."""
    return (
        frozenset(_SHIPPED.read_text(encoding="utf-8").split())
        if _SHIPPED.exists()
        else frozenset()
    )


_SHIPPED = Path(__file__).with_name("shipped.txt")


def _file() -> Path:
    return disk_cache.folder() / "googlesql" / "passed.txt"


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int, _size: int) -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, held = line.partition(" ")
        with contextlib.suppress(ValueError):
            value = json.loads(held)
            if isinstance(value, dict):
                known[key] = value
    return known
