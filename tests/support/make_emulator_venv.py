"""Make `.venv-emulator` from its lock file, unless it is there already. May be repeated.

The emulator needs a separate environment: its pins clash with ours. Standard library only.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-emulator"
LOCK = ROOT / "tests" / "wire" / "requirements-emulator.lock"


def interpreter() -> Path:
    """The environment's Python."""
    return FOLDER / "bin" / "python"


def make() -> Path:
    """Make the environment where it is missing, half made, or older than the lock file."""
    stamp = FOLDER / "made-from"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return interpreter()
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER, with_pip=True)
    pip = [interpreter(), "-m", "pip", "--disable-pip-version-check"]
    # A complete lock needs no resolver, which would consider newer releases, and refuse them.
    install = [*pip, "install", "-q", "--require-hashes", "--no-deps", "-r", LOCK]
    for command in (install, [*pip, "check"]):
        subprocess.run(command, check=True, stdout=sys.stderr)
    stamp.write_text(digest)
    return interpreter()


if __name__ == "__main__":
    make()
