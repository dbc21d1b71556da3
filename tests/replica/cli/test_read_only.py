"""A folder that cannot be written, and a file that another process keeps writing."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

RANGE = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
COUNT = (
    "SELECT COUNT(*) AS n FROM nba_analytics.player_game_summary WHERE game_date >= '2025-01-01'"
)
# Linux: exec without the capability that lets root write anywhere.
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def obey_permissions() -> None:
    """Also as root, be bound by the permissions of files, from the next program on."""
    if os.getuid() == 0:
        assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0


@pytest.fixture
def sealed(later: Callable[..., Path]) -> Iterator[Path]:
    """A folder with a replica and a warehouse in which nothing can be written."""
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "work"
        shutil.copytree(later(("pull", *RANGE), ("compute", *RANGE)), folder)
        for path in (Path(outer), folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield folder
        for path in (Path(outer), folder, folder / "data"):
            path.chmod(stat.S_IRWXU)


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FEATURESTORE_")}
    return subprocess.run(
        [sys.executable, "-m", "featurestore", *words],
        cwd=folder,
        env=environment | {"FEATURESTORE_TODAY": "2025-01-10"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
        preexec_fn=obey_permissions,
    )


def test_readers_and_the_doctor_work_in_a_folder_that_cannot_be_written(sealed: Path) -> None:
    for words in (("status",), ("query", COUNT), ("coverage", *RANGE), ("diff", *RANGE)):
        done = call(sealed, *words)
        assert (done.returncode in (0, 1), done.stderr) == (True, ""), words
    done = call(sealed, "doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert "ok    replica: " in done.stdout
    assert "FAIL  lock: " in done.stdout
    assert "ok    nba_analytics.player_game_summary: " in done.stdout


@pytest.mark.parametrize("verb", ["pull", "compute", "push", "mirror", "backfill"])
def test_commands_that_write_refuse_a_read_only_folder(sealed: Path, verb: str) -> None:
    done = call(sealed, verb, *RANGE)
    error, hint = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert error.startswith("error: data/replica.duckdb: cannot be written: ")
    assert hint.startswith("hint: name a writable folder")


WRITER = """
import sys, time
from pathlib import Path
from sync.replica.file import Replica
replica = Replica(Path("data/replica.duckdb"))
print("ready", flush=True)
end = time.monotonic() + 20
while time.monotonic() < end:
    with replica.write() as con:
        con.execute("CREATE OR REPLACE TABLE featurestore.busy AS SELECT 1 AS n")
        time.sleep(0.15)
"""


def test_a_query_waits_for_its_turn_under_a_busy_writer(
    ready_after: Callable[..., Any], tmp_path: Path
) -> None:
    run = ready_after(("pull", *RANGE))
    (tmp_path / "featurestore.toml").write_text("lock_wait_seconds = 30\n")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        try:
            for _ in range(8):
                answer = run("query", COUNT, "--json")
                assert (answer.code, answer.json) == (0, [{"n": 24}])
        finally:
            writer.kill()


def test_a_query_uses_the_settings_of_memory_and_threads(replica: Replica, tmp_path: Path) -> None:
    new_replica = Replica(replica.path, memory_limit="100MB", threads=1)
    with new_replica.read_untrusted() as con:
        own = "SELECT current_setting('threads'), current_setting('memory_limit')"
        assert con.execute(own).fetchall() == [(1, "95.3 MiB")]
