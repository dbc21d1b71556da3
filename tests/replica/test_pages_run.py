"""Pages of docs whose cells run: what they show is what they print."""

from __future__ import annotations

import os
from pathlib import Path

import page_cells
import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and no settings of the environment."""
    prefixes = ("FEATURESTORE_", "OPENLINEAGE")
    for name in [name for name in os.environ if name.startswith(prefixes)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", page_cells.WIDTH)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["openlineage.md", "python.md", "tutorial.md"])
def test_a_page_shows_what_its_cells_print(folder: Path, name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert page_cells.run_page(text) == text


def test_a_page_with_another_output_would_be_found(folder: Path) -> None:
    page = "```python\n1 + 1\n```\n\n```text\n3\n```\n\n```console\n$ featurestore lint\n...\n```\n"
    page_text = page_cells.run_page(page)
    assert "```text\n2\n```" in page_text
    assert "error: lint: no path is given, and the settings name no folder of SQL\n" in page_text
    assert "[exit code 2]" in page_text
