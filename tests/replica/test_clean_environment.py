"""The wheel in a clean environment: examples/ci is checked and tested as a user would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NO_INDEX = re.compile(r"No matching distribution|ConnectionError|NewConnectionError|Max retries")


def closure(*names: str) -> dict[str, Distribution]:
    """Distributions and all that they say they need, as installed here, by name."""
    distributions: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        here = distribution(waiting.pop())
        if here.name in distributions:
            continue
        distributions[here.name] = here
        needed = [Requirement(text) for text in here.requires or ()]
        waiting += [
            one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return distributions


def link(here: Distribution, site: Path) -> None:
    """Make an installed distribution's files part of another environment, and its commands."""
    for file in here.files or ():
        if ".." not in file.parts:
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(str(here.locate_file(file)))
    for command in here.entry_points.select(group="console_scripts"):
        script = site.parents[2] / "bin" / command.name
        script.write_text(
            f"#!{script.with_name('python')}\nimport sys\nfrom {command.module} import"
            f" {command.attr}\nsys.exit({command.attr}())\n",
            encoding="utf-8",
        )
        script.chmod(0o755)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing but the wheel, what it says it needs, and pytest.

    The wheel is built and installed; the others are links to what is installed here. Installing
    them too would take most of the time, and an index.
    """
    folder = tmp_path_factory.mktemp("clean")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    subprocess.run(wheel, check=True, capture_output=True)
    (built,) = folder.glob("featurestore-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv/bin/python"
    (site,) = (folder / "venv/lib").glob("python*/site-packages")
    for name, here in closure("featurestore", "pytest").items():
        if name != "featurestore":
            link(here, site)
    install = [*pip, "--python", str(python), "install", "--no-deps", "--no-compile", "--no-index"]
    subprocess.run([*install, str(built)], check=True, capture_output=True)
    return python.parent


def test_a_user_s_repository_is_checked_and_tested_with_the_wheel(
    environment: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    shutil.copytree(ROOT / "examples/ci", project, ignore=ignored)
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FEATURESTORE_", "PYTEST_", "PYTHON"))
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [environment / words[0], *words[1:]],
            cwd=project,
            env=clean,
            capture_output=True,
            text=True,
            check=False,
        )

    module_file = run("python", "-c", "import featurestore; print(featurestore.__file__)").stdout
    assert module_file.startswith(str(environment.parent))
    checked = run("featurestore", "lint", "--format", "github")
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stderr
    # The wheel's copy of sql/ has no revisions, whatever repository it is installed in.
    span = ("--start-date", "2025-01-01", "--end-date", "2025-01-07")
    refused = run("featurestore", "diff", "--against", "main", *span)
    assert (refused.returncode, "not from a clone" in refused.stderr) == (2, True)
    assert "hint: in a clone: pip install -e ." in refused.stderr
    tested = run("pytest", "-q", "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert re.search(r"^8 passed", tested.stdout, re.MULTILINE)
    # The same commands fail where the SQL is wrong.
    relation = project / "features/recent_minutes.sql"
    right = relation.read_text(encoding="utf-8")
    relation.write_text(right.replace("game.game_date < roster", "game.game_date <= roster"))
    assert "title=FS202 leak-join::" in run("featurestore", "lint", "--format", "github").stdout
    failed = run("pytest", "-q", "-p", "no:cacheprovider", "-k", "newest_three or without_a_leak")
    assert failed.returncode == 1
    assert "minutes_avg_last_3 changed for" in failed.stdout or "leak-join" in failed.stdout
    assert "test_the_mean_is_over_the_newest_three_games_before" in failed.stdout


def test_the_installed_command_completes_its_verbs_and_has_the_extra_that_its_hint_names(
    environment: Path, tmp_path: Path
) -> None:
    typed = {"_FEATURESTORE_COMPLETE": "complete_bash", "COMP_WORDS": "featurestore gaps e"}
    completed = subprocess.run(
        [environment / "featurestore"],
        env={"HOME": str(tmp_path), "COMP_CWORD": "2", **typed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert completed.stdout.split() == ["explain"]
    imports = "from featurestore.pages import frame; from sync.errors import Failure"
    asked = f"{imports}\ntry: frame.require_library()\nexcept Failure as error: print(error.hint)"
    hint = subprocess.run(
        [environment / "python", "-c", asked], capture_output=True, text=True, check=True
    )
    # The environment has no pip. Its own version is taken: there is none in an index.
    python = str(environment / "python")
    words = ["uv", "pip", "install", "--python", python, "featurestore[html]"]
    assert shlex.split(hint.stdout) == words
    pip = [sys.executable, "-m", "pip", "--python", python, "install", words[-1]]
    done = subprocess.run([*pip, "--dry-run"], capture_output=True, text=True, check=False)
    if done.returncode and NO_INDEX.search(done.stderr):
        pytest.skip("no package index can be reached")
    assert re.search(r"^would install .*jinja2", done.stdout.lower(), re.MULTILINE)


def test_the_workflow_runs_the_commands_that_are_tested_here() -> None:
    workflow = (ROOT / "examples/ci/.github/workflows/check.yml").read_text(encoding="utf-8")
    commands = re.findall(r"- run: (.*)", workflow)
    assert commands[1:] == ["featurestore lint --format github", "pytest"]
    readme = (ROOT / "examples/ci/README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\$ (.*)$", readme, re.MULTILINE) == [
        "pip wheel --no-deps --wheel-dir wheels ../..",
        commands[0],
        "featurestore lint",
        "pytest",
    ]
