"""Caches on disk what depends only on texts, for the next process.

An entry that is lost, damaged or deleted is made again. Entries become SQL that is run, so they are
read only from a folder and a file that this user owns and nobody else can write.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Callable

# A change of the SQL makes a new file; the oldest files are removed.
_KEPT = 40


def folder() -> Path:
    """The user's cache folder for this program, such as ``~/.cache/featurestore``."""
    return platformdirs.user_cache_path("featurestore")


def cached(kind: str, made_of: object, make: Callable[[], Any]) -> Any:
    """The result of ``make``, from disk if it was made from the same before.

    Args:
        kind: Start of the file's name.
        made_of: All that the result depends on, except the code; JSON-able.
        make: Returns something that survives JSON: lists, dicts with string keys, no tuples.
    """
    text = json.dumps([_program(), made_of], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = folder() / f"{kind}-{digest[:32]}.json"
    if not make_private(path.parent):
        return make()
    # ValueError: not JSON, or not UTF-8.
    with contextlib.suppress(OSError, ValueError):
        held = json.loads(_read_private(path))
        if isinstance(held, dict) and held.get("digest") == _seal(digest, held.get("value")):
            return held["value"]
    value = make()
    # A folder that cannot be written only costs time.
    with contextlib.suppress(OSError):
        text = json.dumps({"digest": _seal(digest, value), "value": value})
        write_whole(path, text.encode(), suffix=".json")
        _remove_oldest(path.parent)
    return value


def make_private(path: Path) -> bool:
    """Create the folder if it is missing; returns whether its content can be trusted."""
    # Without a home, the path begins with a tilde.
    if not path.is_absolute():
        return False
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.lstat()
        return stat.S_ISDIR(status.st_mode) and is_private(status)
    return False


def is_private(status: os.stat_result) -> bool:
    """Whether this user owns a file or folder, and nobody else can write it."""
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read_private(path: Path) -> bytes:
    """The content of the user's own file.

    Raises:
        OSError: there is no such file; it is a link, or another user owns it or can write it.
    """
    # The check is on the open file, which nobody can exchange.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        status = os.fstat(file.fileno())
        if not (stat.S_ISREG(status.st_mode) and is_private(status)):
            raise PermissionError(f"{path}: another user owns it or can write it")
        return file.read()


def _seal(made_of: str, value: object) -> str:
    """A digest over the value and what it was made of."""
    text = json.dumps([made_of, value], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def program_digest() -> str:
    """A digest that changes with the code that translates, and with sqlglot's version."""
    return _program()


@lru_cache(maxsize=1)
def _program() -> str:
    """A digest that changes with the code that makes entries, and with sqlglot's version."""
    here = Path(__file__).parent
    sqlglot = find_spec("sqlglot")
    assert sqlglot is not None
    assert sqlglot.origin is not None
    sources = [
        *sorted((here / "dialect").glob("*.py")),
        *(here / "definitions" / name for name in ("ddl.py", "seasons.py")),
        here / "compute" / "relations.py",
        Path(sqlglot.origin).with_name("_version.py"),
    ]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def write_whole(path: Path, content: bytes | bytearray, *, suffix: str = "") -> None:
    """Write the file atomically, also if other processes write it.

    Args:
        path: The file; its folder exists.
        content: All of it.
        suffix: Suffix of the temporary file, which a killed process leaves behind.

    Raises:
        OSError: it cannot be written; an older file is as it was.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _remove_oldest(kept_in: Path) -> None:
    newest_first = sorted(kept_in.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in newest_first[_KEPT:]:
        old.unlink(missing_ok=True)
