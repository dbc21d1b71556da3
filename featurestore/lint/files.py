"""Which files are checked: those that are named, and in folders those that git does not ignore."""

from __future__ import annotations

import subprocess
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SUFFIXES = (".sql", ".py")


def files_below(paths: Sequence[Path], exclude: Sequence[str] = ()) -> Iterator[Path]:
    """The files of ``paths``, in order; a folder means the ``.sql`` and ``.py`` files below it.

    Hidden files, and those that git ignores, are left out of a folder, but not if they are named.

    Args:
        paths: Files and folders.
        exclude: Patterns such as ``migrations`` or ``*/generated/*.sql``, matched with a file's
            name, with those of the folders above it, and with its path from the named folder.

    Raises:
        BadInput: a path does not exist.
    """
    for path in paths:
        if not path.exists():
            raise BadInput(f"{path}: no such file or folder", path=str(path))
        if path.is_dir():
            found = (path / name for name in _listed(path))
            kept = (file for file in found if not _is_left_out(file.relative_to(path), exclude))
            yield from sorted(file for file in kept if file.is_file())
        elif not any(_matches(path, pattern) for pattern in exclude):
            yield path


def _listed(folder: Path) -> list[str]:
    """Paths below a folder: git's list if it tracks the folder, otherwise the file system's."""
    ignored = _git(folder, "check-ignore", "--quiet", ".")
    if ignored is None:
        command = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
        listed = _git(folder, *command)
        if listed is not None:
            return sorted(set(listed.split("\0")) - {""})
    return [str(file.relative_to(folder)) for file in folder.rglob("*")]


def _git(folder: Path, *arguments: str) -> str | None:
    """Git's output; None if it fails, is not installed or does not track the folder."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


def _is_left_out(path: Path, exclude: Sequence[str]) -> bool:
    is_hidden = any(part.startswith(".") for part in path.parts)
    unread = path.suffix not in SUFFIXES
    return is_hidden or unread or any(_matches(path, pattern) for pattern in exclude)


def _matches(path: Path, pattern: str) -> bool:
    names = (path.as_posix(), *path.parts)
    return any(fnmatch(name, pattern.rstrip("/")) for name in names)
