"""Known findings: those in a baseline file, or at another commit.

A finding is identified by its file, rule and message, not by its line, which moves with edits above
it. Of equal findings as many are known as there were.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from featurestore.lint.rules import CODES
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from featurestore.bounds.finding import Finding

    Key = tuple[str, str, str]
    """Path from the working directory with ``/``, code of the rule, message."""

_VERSION = 1


def counted(findings: Iterable[Finding]) -> Counter[Key]:
    """The number of findings with each file, rule and message."""
    return Counter(map(_key, findings))


def new_findings(findings: Iterable[Finding], known: Counter[Key]) -> list[Finding]:
    """The findings that are not known, in order."""
    left, new = Counter(known), []
    for finding in findings:
        key = _key(finding)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(finding)
    return new


def baseline_text(findings: Iterable[Finding]) -> str:
    """A baseline file of these findings, one per line, so that versions of it can be compared."""
    entries = [
        json.dumps({"path": path, "code": code, "message": message, "count": count})
        for (path, code, message), count in sorted(counted(findings).items())
    ]
    listed = ",\n    ".join(entries)
    listed = f"[\n    {listed}\n  ]" if entries else "[]"
    return f'{{\n  "version": {_VERSION},\n  "findings": {listed}\n}}\n'


def read_baseline(file: Path) -> Counter[Key]:
    """The findings of a baseline file, with their number.

    Raises:
        BadInput: the file is missing, or was not written by ``--write-baseline``.
    """
    hint = f"featurestore lint --write-baseline --baseline {file} PATHS"
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        if held["version"] != _VERSION:
            raise BadInput(f"{file}: a baseline of version {held['version']}", hint=hint)
        return Counter(
            {
                (str(one["path"]), str(one["code"]), str(one["message"])): int(one["count"])
                for one in held["findings"]
            }
        )
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}", hint=hint) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{file}: not a baseline: {error}", hint=hint) from error


def findings_at(
    ref: str,
    paths: Sequence[Path],
    check: Callable[[list[Path], Callable[[Path], Path]], Iterable[Finding]],
) -> list[Finding]:
    """The findings of the same paths at a commit, with the paths of the working tree.

    Args:
        ref: A commit, branch or tag of the repository that the paths are in.
        paths: Files and folders; one that the commit does not have has no findings there.
        check: Returns the findings of files and folders; its second argument maps a path of the
            repository to its path at the commit.

    Raises:
        BadInput: the paths are not in one git repository, or it has no such commit.
    """
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    root = Path(_git(first, "rev-parse", "--show-toplevel").decode().strip())
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    listed = _git(root, "archive", "--format=tar", commit.decode().strip())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        with tarfile.open(fileobj=BytesIO(listed)) as archive:
            archive.extractall(folder, filter="data")

        def moved(path: Path) -> Path:
            here = path.resolve()
            return folder / here.relative_to(root) if here.is_relative_to(root) else path

        there = {}
        for path in paths:
            if not path.resolve().is_relative_to(root):
                raise BadInput(f"--diff-from: {path} is outside the repository {root}")
            there[path] = moved(path)
        found = check([path for path in there.values() if path.exists()], moved)
        return [replace(one, path=_here(Path(one.path), there)) for one in found]


def _here(file: Path, there: dict[Path, Path]) -> str:
    path, base = next((here, base) for here, base in there.items() if file.is_relative_to(base))
    return str(path / file.relative_to(base))


def _key(finding: Finding) -> Key:
    path = Path(finding.path)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix(), CODES[finding.rule], finding.message


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise BadInput("--diff-from: git is not installed") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip() or f"no commit {arguments[-1]}"
        raise BadInput(f"--diff-from: {reason}", hint="git log --oneline") from error
