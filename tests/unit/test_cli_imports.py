import os
import subprocess
import sys

import pytest
import typer

from featurestore.cli.app import app

# As the installed script starts it: the name is part of the completion script.
STARTED = "import sys; sys.argv[0] = 'featurestore'; from featurestore.cli import main; main()"
HEAVY = {"duckdb", "google", "pyarrow", "rich", "sqlglot"}


def test_the_command_line_starts_without_slow_imports() -> None:
    program = "import sys; import featurestore.cli.app; print(' '.join(sys.modules))"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert HEAVY & set(shown.stdout.split()) == set()


def test_openlineage_costs_nothing_where_no_namespace_is_set() -> None:
    program = (
        "import sys; from featurestore import config, openlineage;"
        " before = set(sys.modules); openlineage.watcher(config.Settings());"
        " print(sorted(set(sys.modules) - before), 'openlineage.client' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout == "[] False\n"


def commands() -> list[tuple[str, object]]:
    top = typer.main.get_command(app)
    listed: list[tuple[str, object]] = []
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", {})
        listed += [(f"{name} {verb}", one) for verb, one in below.items()] or [(name, command)]
    return listed


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_verb_and_each_of_its_options_is_explained(name: str, command: object) -> None:
    assert command.help  # type: ignore[attr-defined]
    silent = [p.name for p in command.params if not getattr(p, "help", None)]  # type: ignore[attr-defined]
    assert silent == []


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_verb_offers_json_and_takes_a_whole_range_or_none(name: str, command: object) -> None:
    options = {option for p in command.params for option in p.opts}  # type: ignore[attr-defined]
    # What runs until it is interrupted has no one document to print.
    assert ("--json" in options) == (name != "dev")
    ranged = {"--start-date", "--end-date", "--season"}
    assert options & ranged in (set(), ranged)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_a_shell_can_be_shown_and_asks_the_installed_command(shell: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", STARTED, "--show-completion", shell],
        # The shell is taken from the option, not from the process that runs the tests.
        env=os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"_FEATURESTORE_COMPLETE=complete_{shell}" in shown.stdout


def test_a_verb_that_is_begun_is_completed() -> None:
    words = {"_FEATURESTORE_COMPLETE": "complete_bash", "COMP_WORDS": "featurestore gaps e"}
    completed = subprocess.run(
        [sys.executable, "-c", STARTED],
        env=os.environ | words | {"COMP_CWORD": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert completed.stdout.split() == ["explain"]
