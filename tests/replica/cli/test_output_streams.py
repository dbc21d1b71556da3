"""What is printed: by real processes, to pipes that close, full disks and terminals."""

from __future__ import annotations

import json
import os
import resource
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from featurestore.cli import output, streams
from sync.duck import connections

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RANGE = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
ONE = "SELECT 1 AS n"
HOSTILE = "\x1b]0;owned\x07\x1b[31mann\u202e\nerror: forged\x9b[bold]"
PRINTING = [
    ("status",),
    ("doctor",),
    ("gaps", "list", *RANGE),
    ("coverage", *RANGE),
    ("timings",),
    ("diff", *RANGE),
    ("parity", *RANGE, "--dry-run"),
    ("pull", *RANGE, "--dry-run"),
    ("compute", *RANGE, "--dry-run"),
    ("push", *RANGE, "--dry-run"),
    ("mirror", *RANGE, "--dry-run"),
    ("backfill", *RANGE, "--dry-run"),
    ("gaps", "audit", *RANGE),
    ("init",),
    ("query", ONE),
    ("query", ONE, "--format", "json"),
    ("query", ONE, "--format", "csv"),
    ("--help",),
    ("--version",),
]


@pytest.fixture
def folder(later: Callable[..., Path], tmp_path: Path) -> Path:
    shutil.copytree(later(("pull", *RANGE), ("compute", *RANGE)), tmp_path, dirs_exist_ok=True)
    return tmp_path


def call(folder: Path, *words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FEATURESTORE_")}
    return subprocess.run(
        [sys.executable, "-m", "featurestore", *words],
        cwd=folder,
        env=environment,
        check=False,
        timeout=60,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_a_closed_pipe_ends_the_command_quietly(folder: Path, words: tuple[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = call(folder, *words, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_a_full_disk_behind_stdout_is_an_error_of_two_lines(
    folder: Path, words: tuple[str]
) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = call(folder, *words, stdout=full)
    assert done.returncode == 1
    stderr = done.stderr.decode()
    if "json" in words:
        error = json.loads(stderr)["error"]
        assert error["message"] == "stdout: No space left on device"
        assert error["hint"]
        return
    message, hint = stderr.splitlines()
    assert message == "error: stdout: No space left on device"
    assert hint.startswith("hint: ")


def test_a_closed_stdout_is_an_error_and_no_file_gets_its_number(folder: Path) -> None:
    script = f'exec "{sys.executable}" -m featurestore backfill {" ".join(RANGE)} >&-'
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, stderr=subprocess.PIPE, check=False, text=True
    )
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        1,
        "error: stdout: Bad file descriptor",
    )
    # The databases are whole: nothing that was printed landed in them.
    for name in ("replica", "warehouse"):
        with connections.opened(folder / "data" / f"{name}.duckdb") as con:
            con.execute("SELECT count(*) FROM nba_predictions.ml_feature_store_v2").fetchall()


@pytest.mark.parametrize("redirect", ["2>&-", "2>/dev/full"])
def test_without_stderr_the_exit_code_is_the_same(folder: Path, redirect: str) -> None:
    for words, code in (("status", 0), ("pull --start-date x --end-date y", 2)):
        script = f'exec "{sys.executable}" -m featurestore {words} {redirect}'
        done = subprocess.run(
            ["sh", "-c", script], cwd=folder, stdout=subprocess.DEVNULL, check=False
        )
        assert done.returncode == code


@pytest.mark.parametrize("output_format", ["csv", "parquet"])
def test_a_file_that_cannot_be_written_is_named(folder: Path, output_format: str) -> None:
    done = call(folder, "query", ONE, "--format", output_format, "--output", "/dev/full")
    message = "error: --output /dev/full: cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr.decode()) == (2, message)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)  # noqa: PTH116


def test_a_file_is_replaced_atomically(folder: Path) -> None:
    for _ in range(2):
        done = call(folder, "query", ONE, "--format", "csv", "--output", "rows.csv")
        assert done.returncode == 0
    assert (folder / "rows.csv").read_bytes() == b'"n"\n1\n'
    assert [file.name for file in folder.glob("*rows*")] == ["rows.csv", "rows.parquet"]


def test_control_characters_are_escaped_in_tables_and_errors(folder: Path) -> None:
    with connections.opened(folder / "data" / "replica.duckdb") as con:
        con.execute(
            "INSERT INTO nba_predictions.feature_store_gaps"
            " (player_lookup, game_date, reason, reason_detail, detected_at)"
            " VALUES ('ann', DATE '2025-01-02', ?, ?, now())",
            [HOSTILE, HOSTILE],
        )
    shown = r"\x1b]0;owned\x07\x1b[31mann\u202e\nerror: forged\x9b[bold]"
    gaps = call(folder, "gaps", "list", *RANGE).stdout.decode()
    assert not set("\x1b\x07\u202e\x9b") & set(gaps)
    assert r"\x1b]0;owned" in gaps
    assert "[bold]" in gaps
    refused = call(folder, "pull", "--start-date", HOSTILE, "--end-date", "x").stderr.decode()
    assert refused.splitlines()[0] == f"error: --start-date {shown}: not a date"
    explained = call(folder, "gaps", "explain", HOSTILE, "2025-01-02")
    assert not set("\x1b\x07\u202e\x9b") & set((explained.stdout + explained.stderr).decode())
    document = call(folder, "gaps", "list", *RANGE, "--json").stdout.decode()
    assert "\x1b" not in document
    assert HOSTILE in [gap["reason"] for gap in json.loads(document)["gaps"]]


def test_a_name_in_colons_is_not_an_emoji(folder: Path) -> None:
    assert ":smile:" in call(folder, "query", "SELECT ':smile:' AS name").stdout.decode()


def test_json_escapes_the_one_control_character_that_json_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.print_json({"a": "\x7f\x1b"})
    assert capsys.readouterr().out == ('{\n  "schema_version": 1,\n  "a": "\\u007f\\u001b"\n}\n')


def test_ordinary_text_is_left_as_it_is() -> None:
    assert streams.escape("Dončić\t30,5 %\n") == "Dončić\t30,5 %\n"
    assert streams.escape_line("a\tb\u2028") == r"a\tb\u2028"
    assert streams.escape("\ud800") == r"\ud800"


@pytest.mark.parametrize("limit", [4096, 500_000])
@pytest.mark.parametrize("verb", ["pull", "compute", "backfill"])
def test_a_limit_of_file_sizes_is_a_failure_with_a_hint(
    later: Callable[..., Path], tmp_path: Path, verb: str, limit: int
) -> None:
    before = (("pull", *RANGE),) if verb == "compute" else ()
    shutil.copytree(later(*before), tmp_path, dirs_exist_ok=True)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = call(tmp_path, verb, *RANGE, preexec_fn=limited)
    assert done.returncode in (1, 6)
    assert b"File too large" in done.stderr
    assert b"hint: raise the limit of file sizes (ulimit -f unlimited)" in done.stderr
    # And nothing is lost: with room, the same command succeeds.
    assert call(tmp_path, verb, *RANGE).returncode == 0
