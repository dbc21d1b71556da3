"""The README as it is written: its commands run in its order, and print what it shows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from featurestore import league

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
DEMO = "make demo"
END = "=== end of what a command printed ==="
# What depends on the machine or the day: seconds, the size of a file, a moment.
VARIES = re.compile(r"\d+\.\d+(?= MB| s;)|(?<=\d  ) *\d+\.\d\d$|\d{4}-\d\d-\d\d \d\d:\d\d")


def cells(blocks: list[str]) -> list[tuple[str, list[str]]]:
    """Each command with the lines that are shown below it."""
    lines = [line for block in blocks for line in block.splitlines()]
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def is_demo(block: str) -> bool:
    return DEMO in block or ".venv/bin/" in block


TOUR = cells([block for block in CONSOLE if is_demo(block)])
REST = cells([block for block in CONSOLE if not is_demo(block)])


def shell(commands: list[str], folder: Path, path: str) -> list[tuple[int, str]]:
    """What the lines do in one shell without an environment; each exit code with what is said."""
    script = "".join(f"{{ {line}\n}} 2>&1\necho $? '{END}'\n" for line in commands)
    done = subprocess.run(
        ["sh"],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "COLUMNS": "200"},
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    parts = re.split(rf"(\d+) {END}\n", done.stdout)
    assert len(parts) == 2 * len(commands) + 1, done.stdout + done.stderr
    return [(int(code), said) for said, code in zip(parts[::2], parts[1::2], strict=False)]


def plain(text: str) -> list[str]:
    """Lines with what varies left out, without spaces that align and lines that rule a table."""
    lines = (" ".join(VARIES.sub("#", line.rstrip()).split()) for line in text.splitlines())
    return [line for line in lines if line.strip("─ ")]


@pytest.fixture
def clone(tmp_path):
    """A clone after `make setup`, whose environment runs the clone's files."""
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("featurestore", "sync", "sql"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for file in ("Makefile", "pyproject.toml", "requirements.lock", ".gitignore"):
        shutil.copy(ROOT / file, tmp_path)
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.invalid"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a clone"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    command = tmp_path / ".venv/bin/featurestore"
    command.parent.mkdir(parents=True)
    (tmp_path / ".venv/.done").touch()
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" -c '
        """'import sys; sys.argv[0] = ".venv/bin/featurestore"
from featurestore.cli import main; main()' "$@"\n"""
    )
    command.chmod(0o755)
    return tmp_path


def without_featurestore() -> str:
    """The folders of programs that hold no command of ours."""
    path = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(one for one in path if not (Path(one) / "featurestore").exists())


def test_the_tour_works_line_by_line_in_a_shell_without_an_environment(clone):
    commands = [command for command, _ in TOUR]
    assert (commands[0], len(commands) >= 9) == (DEMO, True)
    for (command, shown), (code, said) in zip(
        TOUR, shell(commands, clone, without_featurestore()), strict=True
    ):
        # A diff that finds something ends with 1, as the page says.
        assert code == (1 if " diff " in command or " gaps " in command else 0), (
            f"{command}\n{said}"
        )
        printed = iter(plain(said))
        for line in plain("\n".join(shown)):
            if line != "...":
                assert line in printed, f"{command}: does not print, or not here:\n{line}\n{said}"
        if command == DEMO:
            # Its last lines are the commands that the page goes on with.
            assert [line.strip() for line in said.splitlines()[-2:]] == commands[1:3]


def test_the_other_commands_of_the_readme_run_in_its_order(run, tmp_path):
    small = league.generate(teams=4, games_per_team=20, seasons=(2024,), seed=1)
    parquet.write_table(small.player_game_summary, tmp_path / "summary.parquet")
    commands = [shlex.split(line) for line, _ in REST if line.startswith("featurestore ")]
    assert len(commands) >= 4
    for words in commands:
        answer = run(*words[1:])
        assert (answer.code, answer.out != "") == (0, True), f"{words}\n{answer.err}"


def test_the_targets_of_the_readme_are_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = [line.split()[1] for line, _ in TOUR + REST if line.startswith("make ")]
    assert {"demo", "test"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_first_command_is_within_fifteen_lines():
    assert any(line.startswith("$ ") for line in README.splitlines()[:15])
