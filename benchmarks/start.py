"""How long the command line takes to start: processes of their own, as a shell starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Contestant

if TYPE_CHECKING:
    from benchmarks.stage import Stage

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = ROOT / ".venv" / "bin" / "featurestore"


def program() -> list[str]:
    """The installed command where there is one, else the module."""
    return [str(INSTALLED)] if INSTALLED.exists() else [sys.executable, "-m", "featurestore"]


def help_text() -> Contestant:
    """``featurestore --help``."""
    return Contestant("help", lambda: _run(["--help"], {}))


def status(stage: Stage) -> Contestant:
    """``featurestore status`` on a replica of eight computed seasons."""
    return Contestant("status", lambda: _run(["status"], _variables(stage)))


def _variables(stage: Stage) -> dict[str, str]:
    return {
        "FEATURESTORE_REPLICA": str(stage.computed),
        "FEATURESTORE_WAREHOUSE": str(stage.warehouse),
        "FEATURESTORE_TODAY": str(stage.span.end),
    }


def google_modules(stage: Stage) -> int:
    """Google's modules that a status of an embedded warehouse imports."""
    script = (
        "import sys\nfrom featurestore.cli import main\n"
        "sys.argv = ['featurestore', 'status', '--json']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sum(name.split('.')[0] == 'google' for name in sys.modules), file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **_variables(stage)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"error"' not in shown.stdout
    return int(shown.stderr.splitlines()[-1])


def _run(arguments: list[str], variables: dict[str, str]) -> None:
    subprocess.run(
        [*program(), *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        check=True,
    )
