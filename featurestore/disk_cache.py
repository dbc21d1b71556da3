"""Remembers on disk what is made of texts alone, so that the next process need not make it again.

What is remembered can be lost, damaged or deleted at any time: it is made again. It becomes SQL
that is run, so it is read only from a folder and a file that this user owns and nobody else can
write.
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
    if not make_private(path.parent):
        return make()
    # ValueError: no JSON, or no UTF-8.
    with contextlib.suppress(OSError, ValueError):
        held = json.loads(_read_private(path))
        if isinstance(held, dict) and held.get("digest") == _seal(digest, held.get("value")):
            return held["value"]
    value = make()
    # A folder that cannot be written costs time, nothing else.
    with contextlib.suppress(OSError):
        text = json.dumps({"digest": _seal(digest, value), "value": value})
        write_whole(path, text.encode(), suffix=".json")
        _remove_oldest(path.parent)
    return value


def make_private(path: Path) -> bool:
    """Create the folder where it is missing; whether it is safe to read what is kept there."""
    # Without a home, the path begins with a tilde.
    if not path.is_absolute():
        return False
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        return stat.S_ISDIR(found.st_mode) and is_private(found)
    return False


def is_private(found: os.stat_result) -> bool:
    """Whether this user owns a file or folder, and nobody else can write it."""
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read_private(path: Path) -> bytes:
    """The content of the user's own file.

    Raises:
        OSError: there is no such file; it is a link, somebody else's, or open to others.
    """
    # The open file is looked at: nobody can exchange it in between.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        found = os.fstat(file.fileno())
        if not (stat.S_ISREG(found.st_mode) and is_private(found)):
            raise PermissionError(f"{path}: not this user's alone")
        return file.read()


def _seal(made_of: str, value: object) -> str:
    """A digest over what the value was made of and the value itself."""
    text = json.dumps([made_of, value], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def program_digest() -> str:
    """Changes with the code that translates, and with sqlglot's version."""
    return _program()


@lru_cache(maxsize=1)
def _program() -> str:
    """Changes with the code that makes what is remembered, and with sqlglot's version."""
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
    """Write the whole file or nothing, whoever else writes it.

    Args:
        path: The file; its folder exists.
        content: All of it.
        suffix: Of the file that is written first, which a killed process leaves behind.

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
