"""Caches the analyzer's results, so that a statement that was analysed needs no analyzer.

A file in the user's cache folder has one line per statement: its digest, and what the analyzer
returned. The file may be lost, truncated or deleted at any time: the statement is then analysed
again.
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

# Change it when a new version of this package could return another result for a statement.
_RULES = 2
_LARGEST_BYTES = 4_000_000
SHIPPED = Path(__file__).with_name("shipped.txt")
"""Written by ``make analysed``."""


def digest(*made_of: object) -> str:
    """Hex digest of what a result depends on: texts, schemas, parameters, GoogleSQL's version."""
    text = json.dumps([_RULES, versions.ZETASQL, *made_of], sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()


def facts(key: str) -> dict[str, Any] | None:
    """The cached result of a statement; None if there is none."""
    path = _file()
    with contextlib.suppress(OSError):
        status = path.lstat()
        # A file that other users can write is not trusted.
        if not (stat.S_ISREG(status.st_mode) and disk_cache.is_private(status)):
            return None
        return _read(path, status.st_mtime_ns, status.st_size).get(key)
    return None


def remember(key: str, facts: Mapping[str, Any]) -> None:
    """Cache a statement's result. Without a folder to write to, it will be analysed again."""
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
    """Digests of the package's own SQL, which its tests check with the analyzer."""
    return (
        frozenset(SHIPPED.read_text(encoding="utf-8").split()) if SHIPPED.exists() else frozenset()
    )


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
