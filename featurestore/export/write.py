"""Writes an export into a folder, which may contain an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The list of the export's files: a later export removes those that it no longer has.
LIST = ".featurestore-export"


def write(folder: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Write the files; returns the paths of those that changed. May be repeated.

    Args:
        folder: New, empty, or written by an earlier export.
        files: Path below the folder to text.

    Raises:
        Refused: the folder contains other files.
        BadInput: a file cannot be written.
    """
    try:
        earlier = _earlier(folder)
        folder.mkdir(parents=True, exist_ok=True)
        # The list first: a file that is not on it counts as the user's.
        (folder / LIST).write_text("\n".join(sorted({*earlier, *files})) + "\n", "utf-8")
        changed = [path for path, text in files.items() if _held(folder / path) != text]
        for path in changed:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(files[path], "utf-8")
        for path in sorted(earlier - files.keys()):
            (folder / path).unlink(missing_ok=True)
        (folder / LIST).write_text("\n".join(sorted(files)) + "\n", "utf-8")
    except OSError as error:
        raise BadInput(
            f"{error.filename or folder}: cannot be written: {error.strerror}", path=str(folder)
        ) from error
    return tuple(changed)


def _earlier(folder: Path) -> set[str]:
    if not folder.exists():
        return set()
    if (folder / LIST).is_file():
        names = (folder / LIST).read_text("utf-8").splitlines()
        # Even if the list says so, remove nothing outside of the folder.
        return {name for name in names if name and ".." not in name and not name.startswith("/")}
    if not folder.is_dir() or any(folder.iterdir()):
        raise Refused(
            f"{folder}: contains files that no export wrote",
            hint="name a new or empty folder with --output",
            path=str(folder),
        )
    return set()


def _held(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None
