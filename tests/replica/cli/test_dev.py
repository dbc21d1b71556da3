"""``featurestore dev``, a process that watches a copy of the repository's SQL."""

from __future__ import annotations

import itertools
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer
from types import SimpleNamespace

import pytest

from featurestore.cli import dev
from featurestore.definitions import saved_files, sql_files

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/iterate.md").read_text("utf-8")
RANGE = ("--start-date", "2025-01-02", "--end-date", "2025-01-04")
DIVISOR = "AVG(court_minutes_tenths) / 10 AS minutes_avg_last_10"
DOUBLED = DIVISOR.replace("10 AS", "5 AS")
# A process that hangs is ended, and the test fails by what it has not printed.
HANGS_SECONDS = 240


@pytest.fixture
def project(ready_after, span, tmp_path):
    """A folder with a pulled replica; the current one."""
    ready_after(("pull", *span))
    return tmp_path


@pytest.fixture
def copy(tmp_path):
    """The package and its SQL, committed."""
    root = tmp_path / "repository"
    for folder in ("featurestore", "sync", "sql"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    name = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "sql"], [*name, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


@pytest.fixture
def start(project, copy):
    """Start ``featurestore`` with these words; ends it after the test."""
    started = []

    def process(*words, **streams):
        new_process = subprocess.Popen(
            [sys.executable, "-m", "featurestore", *words],
            cwd=project,
            env=os.environ | {"PYTHONPATH": str(copy), "COLUMNS": "110"},
            # Where the tests run in the background, SIGINT may be ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            **streams,
        )
        timer = Timer(HANGS_SECONDS, new_process.kill)
        timer.start()
        started.append((new_process, timer))
        return new_process

    yield process
    for new_process, timer in started:
        timer.cancel()
        new_process.kill()
        new_process.wait()
        if new_process.stdout is not None:
            new_process.stdout.close()


def until_waiting(process):
    """What it prints up to and with the line that says that it waits."""
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if "waiting for the next save" in line:
            return lines
    raise AssertionError("\n".join(["it ended:", *lines]))


def replaced(file, old, new):
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_each_save_is_compared_and_an_error_is_shown_until_it_is_corrected(start, copy):
    command, shown = re.search(
        r"^\$ featurestore (dev .*)\n```\n\n```text\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL
    ).groups()
    process = start(*shlex.split(command), stdout=subprocess.PIPE, text=True)
    printed = until_waiting(process)
    assert printed[-2] == "the same"
    form = copy / "sql/features/player_form.sql"

    replaced(form, DIVISOR, DOUBLED)
    doubled = until_waiting(process)
    printed += doubled
    assert doubled[0] == "saved: sql/features/player_form.sql"
    assert [line.split()[:2] for line in doubled if line.startswith("  minutes_avg_last_10 ")] == [
        ["minutes_avg_last_10", "18"]
    ]
    # By hand: everybody played 30.5 minutes in each game.
    assert any(re.match(r"  minutes_avg_last_10: .* 30\.5 -> 61;", line) for line in doubled)
    assert doubled[-2] == "different"

    replaced(form, DOUBLED, DOUBLED.replace("tenths)", "tenths"))
    number = form.read_text().splitlines().index(f"  {DOUBLED.replace('tenths)', 'tenths')},") + 1
    broken = until_waiting(process)
    printed += broken
    assert broken[0] == "saved: sql/features/player_form.sql"
    place, _, message = broken[1].removeprefix("error: ").partition(": ")
    path, line, _ = place.rsplit(":", 2)
    assert path == str(form)
    assert int(line) >= number
    assert message.startswith("Syntax error: ")

    replaced(form, DOUBLED.replace("tenths)", "tenths"), DOUBLED)
    assert until_waiting(process)[1:-1] == doubled[1:-1]

    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    seconds = re.compile(r"^\d+\.\d seconds", re.MULTILINE)
    screen = "".join(f"{line}\n" for line in printed).replace(str(copy), "/home/ann/featurestore")
    assert seconds.sub("N seconds", screen) == seconds.sub("N seconds", shown)


def test_a_removed_file_is_noticed_and_a_terminal_is_cleared_before_each_comparison(start, copy):
    master, slave = pty.openpty()
    process = start("dev", *RANGE, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    with os.fdopen(master, errors="replace") as terminal:
        process.stdout = terminal
        # The SQL is that of the commit.
        first = until_waiting(process)
        (copy / "sql/features/summary.sql").unlink()
        second = until_waiting(process)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    for lines, head in (
        (first, f"watching {copy / 'sql'}"),
        (second, "saved: sql/features/summary.sql"),
    ):
        assert "\n".join(lines).count("\x1b[H\x1b[2J") == 1
        assert lines[0] == f"\x1b[H\x1b[2J{head}"
    assert any(line.startswith("error: ") and "summary" in line for line in second)


def test_a_save_during_a_comparison_is_compared_next(ready, copy, monkeypatch):
    polls = itertools.count()
    compared = []

    def sleep(_seconds):
        assert next(polls) < 5, "waits though a file was saved"

    def compare(_words):
        compared.append(summary.stat().st_size)
        if len(compared) == 2:
            raise KeyboardInterrupt
        summary.write_text(summary.read_text() + "-- saved\n")
        return 0.0

    summary = copy / "sql/features/summary.sql"
    size = summary.stat().st_size
    monkeypatch.setattr(sql_files, "sql_root", lambda: copy / "sql")
    monkeypatch.setattr(saved_files, "time", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(dev, "_compare", compare)
    with pytest.raises(KeyboardInterrupt):
        dev.run(RANGE[1], RANGE[3])
    assert compared == [size, size + len("-- saved\n")]


def test_many_saved_files_are_named_in_one_line():
    assert dev._saved(["a", "b", "c"]) == "saved: a, b, c"
    assert dev._saved(["a", "b\n", "c", "d", "e"]) == "saved: a, b\\n, c and 2 more"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--against", "nowhere"), "nowhere: neither a folder nor a revision of"),
        (("--against", "warehouse"), "not the warehouse"),
        (("--config", "nowhere.toml"), "nowhere.toml"),
        (("--season", "2024-25"), "--season: cannot be combined with --start-date"),
    ],
)
def test_wrong_arguments_end_the_command(ready, monkeypatch, words, message):
    monkeypatch.setattr(dev, "_compare", lambda _words: pytest.fail("compares"))
    answer = ready("dev", *RANGE, *words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
