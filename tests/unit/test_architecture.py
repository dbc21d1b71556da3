"""The map in docs/architecture.md is the tree, and modules stay small."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULES = [path for top in ("featurestore", "sync") for path in (ROOT / top).rglob("*.py")]
MOST_LINES, HALF_UNDER = 300, 120


def folders(top: str) -> set[str]:
    return {
        path.name
        for path in (ROOT / top).iterdir()
        if path.is_dir() and any(path.glob("*.py")) and path.name != "__pycache__"
    }


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("top", ["featurestore", "sync", "tests"])
def test_each_folder_has_its_line_in_the_map(top: str) -> None:
    table = PAGE.split(f"| in `{top}/` |")[1].split("\n\n")[0]
    named = re.findall(r"^\| `(\w+)/` \|", table, re.MULTILINE)
    assert set(named) == folders(top)
    assert len(named) == len(set(named))


def test_the_map_lists_the_folders_in_the_order_of_their_imports() -> None:
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for top in ("featurestore", "sync"):
        layers = contracts.split(f'containers = ["{top}"]')[1].split("\n]")[0]
        level = {
            name: number
            for number, line in enumerate(layers.splitlines())
            for name in re.findall(r"\w+", line)
        }
        table = PAGE.split(f"| in `{top}/` |")[1].split("\n\n")[0]
        named = re.findall(r"^\| `(\w+)/` \|", table, re.MULTILINE)
        assert [level[name] for name in named] == sorted(level[name] for name in named)


def test_each_path_that_the_page_names_exists() -> None:
    named = re.findall(r"`((?:featurestore|sync|sql|tests)/[\w/.]+)`", PAGE)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_no_module_is_too_long() -> None:
    long = {str(path.relative_to(ROOT)): lines(path) for path in MODULES}
    assert {path: count for path, count in long.items() if count > MOST_LINES} == {}
    assert statistics.median(long.values()) < HALF_UNDER


def test_folders_are_at_most_three_levels_deep() -> None:
    assert max(len(path.relative_to(ROOT).parts) for path in MODULES) <= 4
