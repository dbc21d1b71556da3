"""The lock files are complete, do not depend on a machine, and are installed unchanged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (
    "requirements.lock",
    "benchmarks/requirements.lock",
    "tests/wire/requirements-emulator.lock",
    "docs/tools/site/requirements.lock",
)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_only_names_versions_and_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    for line in text.replace(" \\\n", " ").splitlines():
        if line and not line.lstrip().startswith("#"):
            assert re.fullmatch(
                r"[\w.-]+(\[[\w,-]+\])?==[\w.]+( ; [^;]+?)?( +--hash=sha256:[0-9a-f]{64})+", line
            ), line[:80]
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", text)


def test_locks_are_installed_without_the_resolver() -> None:
    """It would consider releases newer than the lock, which have no hash in it, and fail."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (locked,) = re.findall(r"^LOCKED = (.*)$", makefile, re.MULTILINE)
    installs = re.findall(r"pip install (.*) -r ", makefile)
    assert installs == ["$(LOCKED)"] * 3
    emulator = (ROOT / "tests/support/make_emulator_venv.py").read_text(encoding="utf-8")
    for text in (locked, emulator):
        assert "--require-hashes" in text
        assert "--no-deps" in text
