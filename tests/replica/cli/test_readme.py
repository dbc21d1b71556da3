"""Every command of the README runs, in its order, in a fresh folder."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from featurestore import league

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (featurestore .*)$", README, re.MULTILINE)
TARGETS = re.findall(r"^\$ make (\w+)", README, re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("readme")
    small = league.generate(teams=4, games_per_team=20, seasons=(2024,), seed=1)
    parquet.write_table(small.player_game_summary, found / "summary.parquet")
    return found


def test_the_commands_of_the_readme_run_in_its_order(folder):
    assert len(COMMANDS) >= 6
    for command in COMMANDS:
        words = shlex.split(command)[1:]
        done = subprocess.run(
            [sys.executable, "-m", "featurestore", *words],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        # Exit code 1 tells of open gaps.
        allowed = {0, 1} if words[0] == "gaps" else {0}
        assert done.returncode in allowed, f"{command}\n{done.stderr}"
        assert done.stdout


def test_the_targets_of_the_readme_stand_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"demo", "test"} <= set(TARGETS)
    for target in TARGETS:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_first_command_stands_within_fifteen_lines():
    assert any(line.startswith("$ ") for line in README.splitlines()[:15])
