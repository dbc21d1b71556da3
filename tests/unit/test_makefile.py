"""What make says before anything is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_a_python_that_is_too_old_is_named_before_anything_is_made(tmp_path: Path) -> None:
    shutil.copy(MAKEFILE, tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    old = "import sys; sys.version_info = (3, 9, 2); exec(sys.argv[2])"
    (tmp_path / "old.py").write_text(old, encoding="utf-8")
    done = subprocess.run(
        ["make", "setup", "PYTHON=python3 old.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: python3 old.py is Python 3.9, and 3.11 or newer is needed\n"
        "hint: make setup PYTHON=python3.11\n"
    )
    assert not (tmp_path / ".venv").exists()
