import subprocess
import sys

import pytest
import typer

from featurestore.cli.app import app

HEAVY = {"duckdb", "google", "pyarrow", "rich", "sqlglot"}


def test_the_command_line_starts_without_its_heavy_libraries() -> None:
    program = "import sys; import featurestore.cli.app; print(' '.join(sys.modules))"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert HEAVY & set(shown.stdout.split()) == set()


def commands() -> list[tuple[str, object]]:
    top = typer.main.get_command(app)
    found: list[tuple[str, object]] = []
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", {})
        found += [(f"{name} {verb}", one) for verb, one in below.items()] or [(name, command)]
    return found


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_verb_and_each_of_its_options_is_explained(name: str, command: object) -> None:
    assert command.help  # type: ignore[attr-defined]
    silent = [p.name for p in command.params if not getattr(p, "help", None)]  # type: ignore[attr-defined]
    assert silent == []


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_verb_offers_json_and_takes_a_whole_range_or_none(name: str, command: object) -> None:
    options = {option for p in command.params for option in p.opts}  # type: ignore[attr-defined]
    assert "--json" in options
    ranged = {"--start-date", "--end-date", "--season"}
    assert options & ranged in (set(), ranged)
