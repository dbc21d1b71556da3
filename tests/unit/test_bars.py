"""Progress on stderr."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from featurestore.cli import bars
from featurestore.googlesql import compiled

if TYPE_CHECKING:
    import pytest


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_start_shows_its_whole_message_and_its_time_on_eighty_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with bars.waiting(compiled.COMPILING):
        pass
    shown = screen.getvalue()
    assert compiled.COMPILING in shown
    assert "0:00:00" in shown
    assert "…" not in shown
