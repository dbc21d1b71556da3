"""examples/dagster in Dagster itself: its own tests, and the commands of its README."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAGSTER = os.environ.get("EXAMPLES_DAGSTER", "")
EXAMPLE = ROOT / "examples/dagster"

pytestmark = pytest.mark.skipif(not DAGSTER, reason="Dagster: make test-examples")


def test_the_tests_of_the_example_pass(tmp_path: Path) -> None:
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(EXAMPLE)]
    done = subprocess.run(
        [f"{DAGSTER}/python", *words],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"^6 passed", done.stdout, re.MULTILINE)


def test_the_commands_of_the_readme_fill_the_warehouse(tmp_path: Path) -> None:
    folder = tmp_path / "examples/dagster"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "examples/ci/tests/fixture", tmp_path / "examples/ci/tests/fixture")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ (.*)$", readme, re.MULTILINE)
    install, *run, last = commands
    assert (install.split()[:2], last.split()[:2]) == (["pip", "install"], ["dagster", "dev"])
    assert [line.split()[0] for line in run].count("dagster") == 2
    script = "set -e\n" + "\n".join(run) + "\nfeaturestore diff --start-date 2025-01-01"
    done = subprocess.run(
        ["bash", "-c", f"{script} --end-date 2025-01-07"],
        cwd=folder,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All code locations passed validation" in done.stdout + done.stderr
    assert "7 dates of 2025-01-01 to 2025-01-07: the same" in done.stdout
    assert "here 8 rows, in the warehouse 8" in done.stdout


def environment(home: Path) -> dict[str, str]:
    """Dagster's programs, and the command of this environment in a folder of its own."""
    programs = home / "programs"
    programs.mkdir()
    (programs / "featurestore").symlink_to(Path(sys.executable).parent / "featurestore")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("FEATURESTORE")
    }
    return kept | {
        "PATH": f"{DAGSTER}:{programs}:{os.environ['PATH']}",
        "FEATURESTORE": str(programs / "featurestore"),
        "DAGSTER_HOME": "",
    }
