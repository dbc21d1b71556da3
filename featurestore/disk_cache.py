"""Remembers on disk what is made of texts alone, so that the next process need not make it again.

What is remembered can be lost, damaged or deleted at any time: it is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Callable

# A change of the SQL makes a new file; the files of older texts go.
_KEPT = 40


def folder() -> Path:
    """The user's cache folder for this program, such as ``~/.cache/featurestore``."""
    return platformdirs.user_cache_path("featurestore")


def cached(kind: str, made_of: object, make: Callable[[], Any]) -> Any:
    """What ``make`` gives, from disk if it was made of the same before.

    Args:
        kind: Names the file, for people who look into the folder.
        made_of: All that the result depends on, but for the code; JSON-able.
        make: Gives something that JSON keeps as it is: lists, dicts with text keys, no tuples.
    """
    text = json.dumps([_program(), made_of], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = folder() / f"{kind}-{digest[:32]}.json"
    # ValueError: no JSON, or no UTF-8.
    with contextlib.suppress(OSError, ValueError):
        held = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(held, dict) and held.get("digest") == digest:
            return held["value"]
    value = make()
    # A folder that cannot be written costs time, nothing else.
    with contextlib.suppress(OSError):
        _write(path, json.dumps({"digest": digest, "value": value}))
    return value


@lru_cache(maxsize=1)
def _program() -> str:
    """Changes with the code that makes what is remembered, and with sqlglot's version."""
    here = Path(__file__).parent
    sqlglot = find_spec("sqlglot")
    assert sqlglot is not None
    assert sqlglot.origin is not None
    sources = [
        *sorted((here / "dialect").glob("*.py")),
        here / "definitions" / "ddl.py",
        here / "compute" / "relations.py",
        Path(sqlglot.origin).with_name("_version.py"),
    ]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    """The whole file or none, whoever else writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    newest_first = sorted(path.parent.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in newest_first[_KEPT:]:
        old.unlink(missing_ok=True)
