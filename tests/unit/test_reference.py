"""docs/reference is what the code says, and names all of it."""

from __future__ import annotations

import re
import shutil
import tomllib
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import featurestore
from docs.tools.index import ROOT
from docs.tools.reference import files
from featurestore import config, testing
from featurestore.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = ROOT / "docs/reference"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    return re.findall(r"^##+ (.*)$", text, re.MULTILINE)


def test_every_page_is_as_the_code_makes_it() -> None:
    assert files.outdated(ROOT) == [], f"run `{files.COMMAND}`"


def test_an_edited_and_a_missing_page_are_found_and_written(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "llms.txt", tmp_path)
    edited, missing = "docs/reference/settings.md", "docs/adr/README.md"
    text = (tmp_path / edited).read_text(encoding="utf-8")
    (tmp_path / edited).write_text(text.replace("`14`", "`15`"), encoding="utf-8")
    (tmp_path / missing).unlink()
    (tmp_path / "docs/adr/0099-a-new-one.md").write_text("# 99. A new one\n", encoding="utf-8")
    assert sorted(files.outdated(tmp_path)) == [missing, edited, "llms.txt"]
    assert sorted(files.write(tmp_path)) == [missing, edited, "llms.txt"]
    assert (tmp_path / edited).read_text(encoding="utf-8") == text
    assert "[99. A new one](docs/adr/0099-a-new-one.md): in force\n" in (
        tmp_path / "llms.txt"
    ).read_text(encoding="utf-8")
    assert files.write(tmp_path) == []


@pytest.mark.parametrize("command", [["backfill"], ["gaps", "audit"], ["lint"], ["query"]], ids=str)
def test_a_command_has_the_options_of_its_help_and_their_texts(command: list[str]) -> None:
    section = re.split(rf"^##+ {' '.join(command)}$", page("commands"), flags=re.MULTILINE)[1]
    section = re.split(r"^## ", section, flags=re.MULTILINE)[0]
    help_text = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "400"}).stdout
    options = re.findall(r"^ +(?:-\w, )?(--[a-z-]+).*?(?:  +(\S.*))?$", help_text, re.MULTILINE)
    assert len(options) > 2
    for option, text in options:
        assert option in section
        assert text.partition("  ")[0].partition(" [")[0] in section


def test_every_command_that_help_lists_has_its_section_and_its_whole_line() -> None:
    help_text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "400"}).stdout
    commands = re.findall(r"^  ([a-z]+)  +(\S.*)$", help_text.split("Commands:")[1], re.MULTILINE)
    assert len(commands) > 20
    text = page("commands")
    for command, line in commands:
        assert command in headings(text)
        assert f"* `{command}`: {line.removesuffix('...').rstrip()}" in text


def test_every_setting_that_init_writes_is_in_the_reference() -> None:
    uncommented = re.sub(r"^# (?=[\w\[])", "", config.TEMPLATE, flags=re.MULTILINE)
    lines = [line for line in uncommented.splitlines() if re.match(r"[\[\w]+.*[=\]]", line)]
    written = tomllib.loads("\n".join(lines))
    assert len(written) == 11
    for setting in written:
        assert f"\n| `{setting}` |" in page("settings")
    assert "| `bootstrap_days` | integer | `14` |" in page("settings")


def test_the_exit_codes_are_those_of_the_readme() -> None:
    table = README.split("| exit code | meaning |")[1].split("\n\n")[0]
    assert re.findall(r"^\| (\d+) \|", table, re.MULTILINE) == re.findall(
        r"^\| (\d+) \|", page("exit-codes"), re.MULTILINE
    )


def test_every_reason_that_the_audit_gives_is_in_the_reference() -> None:
    statement = (ROOT / "sql/checks/store_gap.sql").read_text(encoding="utf-8")
    reasons = set(re.findall(r"(?:THEN|ELSE) '(\w+)'$", statement, re.MULTILINE))
    listed = set(re.findall(r"^\| `(\w+)` \|", page("gap-reasons"), re.MULTILINE))
    # Its rows come from another relation.
    assert listed == reasons | {"no_game_summary"}


def test_every_public_name_is_in_the_reference_with_its_errors() -> None:
    text = page("python")
    assert {f"`featurestore.{name}`: " in text or f"## featurestore.{name}\n" in text
            for name in featurestore.__all__} == {True}  # fmt: skip
    assert {"Store.features", "Result.to_arrow", "Manifest.repeat"} <= set(headings(text))
    assert set(testing.__all__) <= set(headings(page("testing")))
    assert {"league", "replica", "replica_from"} <= set(headings(page("testing")))
