"""A pull request in a clone of this repository: what examples/github/features.yml is run on."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from workflow_job import SAME_REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

FEATURE = "AVG(court_minutes_tenths) / 10 AS minutes_avg_last_10"
FORM = "sql/features/player_form.sql"
UNBOUNDED = "SELECT points FROM nba_analytics.player_game_summary\n"
COPIED = ("featurestore", "sync", "sql", "examples", "README.md", "pyproject.toml", ".gitignore")


def clone(root: Path, folder: Path) -> Path:
    """A repository with this one's files as ``origin/main``, on a branch of its own."""
    folder.mkdir()
    for name in (*COPIED, "requirements.lock"):
        if (root / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache")
            shutil.copytree(root / name, folder / name, ignore=ignored)
        else:
            shutil.copy(root / name, folder / name)
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(folder, "checkout", "-q", "-b", "change")
    return folder


def change(folder: Path, expression: str) -> None:
    """Put another expression in the place of a feature's, and an unbounded scan beside it."""
    form = folder / FORM
    text = form.read_text(encoding="utf-8")
    assert FEATURE in text
    form.write_text(text.replace(FEATURE, expression), encoding="utf-8")
    (folder / "sql/notes.sql").write_text(UNBOUNDED)
    commit(folder)


def values() -> dict[str, str]:
    """Of the expressions in the workflow."""
    return {
        "github.base_ref": "main",
        "github.event.pull_request.head.sha": "0123abc",
        "github.event.pull_request.number": "7",
        "github.token": "secret",
        SAME_REPOSITORY: "true",
    }


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "a commit")


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=ann", "-c", "user.email=ann@example.invalid")
    subprocess.run(["git", *who, *words], cwd=folder, check=True)
