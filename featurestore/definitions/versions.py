"""The feature SQL of another version: from a folder, or from a revision of the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from featurestore.definitions import sql_files
from sync.errors import BadInput

if TYPE_CHECKING:
    from featurestore.definitions.sql_files import SqlFile

_GIT_SECONDS = 30


def working_files() -> tuple[SqlFile, ...]:
    """The feature SQL as it is on disk now, without this process's caches."""
    return folder_files(sql_files.sql_root())


def version_files(version: str) -> tuple[SqlFile, ...]:
    """The feature SQL of a folder, or of a git revision.

    Args:
        version: A folder with ``sql/features``, with ``features`` or with the files themselves;
            otherwise a revision, such as ``main`` or ``HEAD~3``.

    Raises:
        BadInput: it is neither, or has no feature SQL, or a file's header is wrong.
    """
    path = Path(version)
    return folder_files(path) if path.is_dir() else revision_files(version)


def folder_files(folder: Path) -> tuple[SqlFile, ...]:
    """The feature SQL below a folder.

    Raises:
        BadInput: there is none, or a file's header is wrong.
    """
    for inner in (folder / "sql" / "features", folder / "features", folder):
        paths = sorted(inner.glob("*.sql"))
        if paths:
            return tuple(
                sql_files.parse_file(path.name, path.read_text(encoding="utf-8"), str(path))
                for path in paths
            )
    raise BadInput(
        f"{folder}: has no feature SQL",
        hint="name a folder with sql/features, or a git revision",
        path=str(folder),
    )


def revision_files(revision: str) -> tuple[SqlFile, ...]:
    """The feature SQL of a git revision of the repository that ``sql/`` is in.

    Raises:
        BadInput: there is no git, no repository, or no such revision.
    """
    root = sql_files.sql_root()
    if sql_files.is_installed(root):
        raise BadInput(
            f"--against {revision}: featurestore runs from {root}, not from a clone",
            hint="in a clone: pip install -e ., then the same command; or name a folder with"
            " sql/features",
            revision=revision,
        )
    if revision.startswith("-"):
        raise BadInput(f"--against {revision}: not a revision")
    listed = _git(root, revision, "ls-tree", "--name-only", revision, "features/")
    names = [name for name in listed.splitlines() if name.endswith(".sql")]
    if not names:
        raise BadInput(f"--against {revision}: has no sql/features", revision=revision)
    return tuple(
        sql_files.parse_file(
            Path(name).name,
            _git(root, revision, "show", f"{revision}:./{name}"),
            f"{revision}:sql/{name}",
        )
        for name in names
    )


def _git(folder: Path, revision: str, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadInput(
            f"--against {revision}: git cannot be run: {error}",
            hint="name a folder instead of a revision",
        ) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise BadInput(
            f"--against {revision}: neither a folder nor a revision of {folder}"
            f" ({said[0] if said else 'git failed'})",
            hint="featurestore diff --against main, or a folder with sql/features",
            revision=revision,
        )
    return done.stdout.decode("utf-8")
