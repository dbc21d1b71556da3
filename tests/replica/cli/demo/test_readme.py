"""The README as it is written: its commands run in its order, and print what it shows."""

from __future__ import annotations

import re
import shlex

import tour
from pyarrow import parquet

from featurestore import league

README = (tour.ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = tour.console(README)
TOUR = tour.readme_tour()
REST = tour.cells([block for block in CONSOLE if not tour.is_demo(block)])


def test_the_tour_works_line_by_line_in_a_shell_without_an_environment(toured):
    assert (TOUR[0].command, len(TOUR) >= 9) == (tour.DEMO, True)
    for cell, (code, said) in zip(TOUR, toured.said, strict=True):
        # A diff that finds something ends with 1, as the page says.
        expected = 1 if " diff " in cell.command or " gaps " in cell.command else 0
        assert code == expected, f"{cell.command}\n{said}"
        tour.require_shown(cell, said)
    # The last lines of the demo are the commands that the page goes on with.
    _, said = toured.said[0]
    assert [line.strip() for line in said.splitlines()[-2:]] == [cell.command for cell in TOUR[1:3]]


def test_the_other_commands_of_the_readme_run_in_its_order(run, tmp_path):
    small = league.generate(teams=4, games_per_team=20, seasons=(2024,), seed=1)
    parquet.write_table(small.player_game_summary, tmp_path / "summary.parquet")
    commands = [shlex.split(cell.command) for cell in REST]
    commands = [words for words in commands if words[0] == "featurestore"]
    assert len(commands) >= 4
    for words in commands:
        answer = run(*words[1:])
        assert (answer.code, answer.out != "") == (0, True), f"{words}\n{answer.err}"


def test_the_targets_of_the_readme_are_in_the_makefile():
    makefile = (tour.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = [cell.command.split()[1] for cell in TOUR + REST if cell.command.startswith("make ")]
    assert {"demo", "test"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_first_command_is_within_fifteen_lines():
    assert any(line.startswith("$ ") for line in README.splitlines()[:15])
