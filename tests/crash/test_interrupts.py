"""Ctrl-C at many moments, once and twice: exit code 130, one line, and nothing is lost.

Real processes get real signals. The moments are parts of the time that the undisturbed command
takes, so some may come after its end: then its exit code is that of the command.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import cache
from typing import NamedTuple

import crash_lab as lab
import pytest

from sync import interrupts

# Writes a line when signals are handled: what the interpreter does before is not ours.
PROGRAM = """
import os, sys
from sync import interrupts
interrupts.install()
os.write(1, b"ready\\n")
sys.argv = ["featurestore", *sys.argv[1:]]
from featurestore.cli import main
main()
"""
MOMENTS = 3
VERBS = {
    ("init",): "nothing",
    ("pull", *lab.SPAN): "loaded",
    ("compute", *lab.SPAN): "pulled",
    ("push", *lab.SPAN): "computed",
    ("mirror", *lab.SPAN): "gaps_on_both_sides",
    ("backfill", *lab.SPAN): "loaded",
    ("backfill", *lab.SPAN, "--parallel", "2"): "loaded",
    ("status",): "computed",
    ("doctor",): "computed",
    ("gaps", "audit", *lab.SPAN): "computed",
    ("query", "SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 1000000)) AS n"): "computed",
}


def start(folder, words):
    """A running command whose signals are handled."""
    names = [name for name in os.environ if not name.startswith("FEATURESTORE_")]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env={name: os.environ[name] for name in names} | {"FEATURESTORE_TODAY": lab.TODAY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def end_state(folder):
    """The contents of both databases, without the rows of interrupted runs.

    A second mirror also sends the first one's run.
    """
    state = lab.end_state(folder)
    state["warehouse"].pop(lab.RUNS, None)
    if lab.RUNS in state["replica"]:
        runs = state["replica"][lab.RUNS]
        state["replica"][lab.RUNS] = [row for row in runs if row[1] != "failed"]
    return state


CASES = [
    pytest.param(words, is_twice, id=f"{' '.join(words[:1] + words[5:])}, {name}")
    for words in VERBS
    for name, is_twice in (("once", False), ("twice", True))
    if not is_twice or words[0] in ("backfill", "push")
]


class Undisturbed(NamedTuple):
    """How a command ends that nothing interrupts."""

    code: int
    seconds: float
    end_state: object


@pytest.fixture(scope="module")
def undisturbed(states, tmp_path_factory):
    """``undisturbed(words) -> Undisturbed``: of a process, which each command needs once."""

    @cache
    def run(words):
        # Made before the clock runs.
        states.folder(VERBS[words])
        began = time.monotonic()
        folder = states.copy(VERBS[words], tmp_path_factory.mktemp("undisturbed") / "work")
        process = start(folder, words)
        process.communicate(timeout=60)
        seconds = time.monotonic() - began
        return Undisturbed(process.returncode, seconds, end_state(folder))

    return run


@pytest.mark.parametrize(("words", "is_twice"), CASES)
def test_an_interrupt_at_any_moment_is_one_line_and_nothing_is_lost(
    states, undisturbed, tmp_path, capsys, words, is_twice
):
    code, seconds, expected = undisturbed(words)
    ends = []
    for number in range(MOMENTS):
        folder = states.copy(VERBS[words], tmp_path / f"work{number}")
        process = start(folder, words)
        time.sleep(seconds * number / MOMENTS / 1.5)
        process.send_signal(signal.SIGINT)
        if is_twice:
            time.sleep(0.002 * number)
            process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
        ends.append(process.returncode)
        if process.returncode == interrupts.EXIT_CODE:
            assert told == f"{interrupts.MESSAGE}\n"
        else:
            assert (process.returncode, told) == (code, "")
        capsys.readouterr()
        assert (lab.command(folder, *words), capsys.readouterr().err) == (code, "")
        assert end_state(folder) == expected
    assert interrupts.EXIT_CODE in ends


LOST = """
import os, signal, sys, time
from sync import interrupts
interrupts.install()
class Destroyed:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0)
try:
    Destroyed()
    time.sleep(30)
except KeyboardInterrupt:
    interrupts.finish()
    sys.exit(interrupts.report())
"""


def test_an_interrupt_that_a_destructor_swallows_is_not_lost():
    done = subprocess.run(
        [sys.executable, "-c", LOST], capture_output=True, text=True, check=False, timeout=20
    )
    assert (done.returncode, done.stderr) == (interrupts.EXIT_CODE, f"{interrupts.MESSAGE}\n")


UNCAUGHT = """
import os, signal, sys
from sync import interrupts
interrupts.install()
{hook}
os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.mark.parametrize(
    "hook",
    [
        "",
        "from featurestore.cli import errors; sys.excepthook = errors.Printer(False).unexpected",
    ],
)
def test_an_interrupt_outside_every_try_is_one_line(hook):
    done = subprocess.run(
        [sys.executable, "-c", UNCAUGHT.format(hook=hook)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stderr) == (interrupts.EXIT_CODE, f"{interrupts.MESSAGE}\n")


IMPORTING = """
import os, signal, sys
from sync import interrupts
interrupts.install()
try:
    import interrupted_module
    import time
    time.sleep(30)
except KeyboardInterrupt:
    print(interrupted_module.is_whole)
"""


def test_a_module_being_imported_is_imported_completely(tmp_path):
    (tmp_path / "interrupted_module.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nis_whole = True\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_a_background_job_that_ignores_the_signal_goes_on(states, tmp_path):
    folder = states.copy("loaded", tmp_path / "work")
    script = f'trap "" INT; exec {sys.executable} -m featurestore pull {" ".join(lab.SPAN)}'
    process = subprocess.Popen(
        ["sh", "-c", script],
        cwd=folder,
        env={**os.environ, "FEATURESTORE_TODAY": lab.TODAY},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    for _ in range(5):
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, b"")
