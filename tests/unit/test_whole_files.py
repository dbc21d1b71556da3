"""The suite's files go whole to one worker, the longest first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from whole_files import LONGEST, TOGETHER

ROOT = Path(__file__).parents[2]
FILES = {
    "tests/unit/test_many.py": 9,
    "tests/unit/test_fewer.py": 7,
    "tests/crash/test_one.py": 2,
    "tests/crash/test_other.py": 2,
}


def test_a_files_tests_run_in_one_worker_and_the_longest_start_first(tmp_path: Path) -> None:
    for name, count in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        body = (
            f"import pytest\n\n@pytest.mark.parametrize('n', range({count}))\ndef test_it(n): pass"
        )
        file.write_text(body, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        "from whole_files import pytest_xdist_make_scheduler", encoding="utf-8"
    )
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\npythonpath = {ROOT / 'tests/support'}", encoding="utf-8"
    )
    words = "-v -n 2 --dist loadfile -p xdist -p no:cacheprovider".split()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    passed = re.findall(r"^\[(gw\d)\] .*PASSED (tests/\w+)/(\w+\.py)", done.stdout, re.MULTILINE)
    assert len(passed) == sum(FILES.values())
    workers: dict[str, set[str]] = {}
    for worker, folder, file in passed:
        workers.setdefault(folder if folder == "tests/crash" else file, set()).add(worker)
    assert set(workers) == {"tests/crash", "test_many.py", "test_fewer.py"}
    assert all(len(used) == 1 for used in workers.values())
    # xdist itself would start with the two files that have most tests.
    (crash,) = workers["tests/crash"]
    assert next(folder for worker, folder, _ in passed if worker == crash) == "tests/crash"


def test_what_goes_together_and_what_starts_first_is_in_the_suite() -> None:
    paths = [path for shared in TOGETHER.values() for path in shared]
    paths += [scope for scope in LONGEST if scope not in TOGETHER]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_no_test_has_a_group_which_does_nothing() -> None:
    mark = re.compile(r"mark\.xdist_group\b")
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert [str(file) for file in files if mark.search(file.read_text(encoding="utf-8"))] == []
