"""CONTRIBUTING.md as it is written: its commands run, and its targets are what CI runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Each command of the page: those below are run here, and the rest are targets and scripts that
# take minutes, need a network, or are run by a test of their own.
COMMANDS = set(re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE))
COMMANDS |= set(re.findall(r"`((?:make|\.venv/bin/\S+) [^`]+)`", PAGE))
TARGETS = {command.split()[1] for command in COMMANDS if command.startswith("make ")}
PAGE_CELLS = ".venv/bin/python tests/support/page_cells.py docs/python.md"
EDITED = {
    "make reference": ("docs/reference/settings.md", "`14`"),
    ".venv/bin/featurestore features generate": ("docs/features.md", "| points_avg_last_5 |"),
}
RUN = [*EDITED, "make help", ".venv/bin/pytest -q tests/unit/test_config.py"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository whose environment runs the copy's files."""
    folder = tmp_path_factory.mktemp("clone")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("featurestore", "sync", "sql", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for file in ("Makefile", "pyproject.toml", "requirements.lock", "llms.txt"):
        shutil.copy(ROOT / file, folder)
    (folder / "tests/unit").mkdir(parents=True)
    (folder / "tests/support").mkdir()
    shutil.copy(ROOT / "tests/unit/test_config.py", folder / "tests/unit")
    programs = folder / ".venv/bin"
    programs.mkdir(parents=True)
    for name in ("python", "pytest", "featurestore"):
        module = "" if name == "python" else f" -m {name}"
        program = programs / name
        program.write_text(
            f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}"{module} "$@"\n',
            encoding="utf-8",
        )
        program.chmod(0o755)
    (folder / ".venv/.done").touch()
    return folder


@pytest.mark.parametrize("command", RUN)
def test_a_command_of_the_page_does_what_it_says(clone: Path, command: str) -> None:
    assert command in COMMANDS
    path, held = EDITED.get(command, ("", ""))
    if path:
        text = (clone / path).read_text(encoding="utf-8")
        assert held in text
        (clone / path).write_text(text.replace(held, "edited"), encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=clone,
        env={"PATH": os.environ["PATH"], "HOME": str(clone)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout
    if path:
        assert done.stdout.endswith(f"wrote {path}\n")
        assert (clone / path).read_text(encoding="utf-8") == text


def test_every_other_command_is_a_target_or_a_script_that_is_run_elsewhere() -> None:
    made = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE))
    assert {"setup", "demo", "check", "test", "analysed", "lock"} <= TARGETS <= made
    assert COMMANDS - set(RUN) == {PAGE_CELLS} | {f"make {one}" for one in TARGETS} - set(RUN)
    assert all((ROOT / path).is_file() for path in PAGE_CELLS.split()[1:])


def test_ci_runs_the_targets_that_the_page_names() -> None:
    (ran,) = re.findall(r"^make (.*)$", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    (named,) = re.findall(r"CI runs (.*?), and nothing else", PAGE, re.DOTALL)
    assert ran.split() == re.findall(r"`make (\w+)`", named)


def test_every_folder_of_the_repository_is_on_the_page() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    folders = {path.split("/")[0] for path in listed if "/" in path and path[0] != "."}
    assert folders - {"data"} == set(re.findall(r"^\| `(\w+)/` \|", PAGE, re.MULTILINE))
    (tests,) = re.findall(r"^\| `tests/` \| (.*) \|", PAGE, re.MULTILINE)
    parts = {path.split("/")[1] for path in listed if re.match(r"tests/\w+/", path)}
    assert parts - {"support"} == set(re.findall(r"`(\w+)` \(", tests))
