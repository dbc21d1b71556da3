"""docs/bigquery.md names tests that exist, and the live tests stay under a dollar."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
DOCUMENT = (TESTS.parent / "docs" / "bigquery.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT))
LIVE = sorted((TESTS / "live").glob("test_*.py"))
DOLLARS = 1.0


@cache
def docstrings(path: Path) -> dict[str, str]:
    """Docstrings by the name of a test, or of a class of inherited tests."""
    if not path.is_file():
        return {}
    return {
        node.name: ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
        or isinstance(node, ast.ClassDef)
    }


def test_every_test_named_for_a_request_exists():
    assert len(NAMED) > 60
    assert [(path, name) for path, name in NAMED if name not in docstrings(TESTS / path)] == []


def test_every_live_test_is_in_the_list_of_checks_that_need_an_account():
    inherited = "test_closing_twice_is_not_an_error"
    live = {
        (f"live/{path.name}", name)
        for path in LIVE
        for name in docstrings(path)
        if name != inherited
    }
    assert len(live) > 20
    assert live - NAMED == set()


def test_each_live_test_says_what_it_costs_and_all_cost_less_than_a_dollar():
    total = 0.0
    for path in LIVE:
        for name, text in docstrings(path).items():
            match = re.search(r"Costs (?:nothing|about (\d\.\d+) dollars)", text)
            assert match, f"{path.name}::{name} does not say what it costs"
            total += float(match[1] or 0)
    assert 0.1 < total < DOLLARS
    stated = re.search(r"together they cost about (\d\.\d+) dollars", DOCUMENT)
    assert stated
    assert abs(float(stated[1]) - total) < 0.05
