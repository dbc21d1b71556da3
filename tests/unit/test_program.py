"""Commands that are printed, as they can be typed where the program was started."""

from __future__ import annotations

import shutil
import sys

import pytest

from featurestore.cli import commands, errors, output, program

HINT = "featurestore init --config 'a b.toml'"


@pytest.mark.parametrize(
    ("typed", "on_path", "shown"),
    [
        (".venv/bin/featurestore", None, f".venv/bin/{HINT}"),
        ("/a b/featurestore", None, f"'/a b/featurestore'{HINT.removeprefix('featurestore')}"),
        (".venv/bin/featurestore", "/usr/bin/featurestore", HINT),
        ("/usr/bin/pytest", None, HINT),
    ],
)
def test_a_hint_begins_with_the_path_that_was_typed_unless_the_shell_finds_the_name(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    on_path: str | None,
    shown: str,
) -> None:
    monkeypatch.setattr(sys, "argv", [typed])
    monkeypatch.setattr(shutil, "which", lambda name: on_path)
    errors.Printer(is_json=False).show("a file: missing", HINT, 2)
    assert capsys.readouterr().err == f"error: a file: missing\nhint: {shown}\n"
    start = shown.removesuffix(HINT.removeprefix("featurestore"))
    both = program.as_started("featurestore diff --season 2024-25; then featurestore push")
    assert both == f"{start} diff --season 2024-25; then {start} push"
    for text in ("free disk space", "edit featurestore.toml", "upgrade featurestore", start):
        assert program.as_started(text) == text


def test_a_command_to_copy_has_the_path_and_the_settings_of_this_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/featurestore"])
    monkeypatch.setattr(shutil, "which", lambda name: None)
    commands.remember_config(["status", "--config", "a b.toml"])
    try:
        output.print_command("fix", "featurestore pull --season 2024-25")
    finally:
        commands.remember_config([])
    expected = "fix: .venv/bin/featurestore pull --config 'a b.toml' --season 2024-25\n"
    assert capsys.readouterr().out == expected
