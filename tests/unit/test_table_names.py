"""Each table is named in one place: sync/replica for the ledger's, the definitions for others."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from sync.replica import migrations

ROOT = Path(__file__).parents[2]
LEDGER = set(re.findall(r"CREATE TABLE featurestore\.(\w+)", str(migrations.MIGRATIONS)))
WAREHOUSE = {path.stem for path in (ROOT / "sql" / "schema").glob("*.sql")}


def texts(path):
    """The string constants of a module with their lines, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def places(pattern, *allowed):
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for package in ("featurestore", "sync")
        for path in sorted((ROOT / package).rglob("*.py"))
        if not any(path.is_relative_to(ROOT / place) for place in allowed)
        for line, text in texts(path)
        if re.search(pattern, text)
    ]


def test_the_ledgers_tables_are_named_only_in_the_replica():
    assert len(LEDGER) > 8
    names = rf"(?<!_)\bfeaturestore\.({'|'.join(sorted(LEDGER))})\b(?!:)"
    assert places(names, "sync/replica") == []
    assert places(names)


def test_the_warehouses_tables_are_named_only_in_the_definitions():
    assert len(WAREHOUSE) == 5
    names = "|".join(re.escape(name) for name in sorted(WAREHOUSE))
    # The command line shows examples, the generator of definitions names its files.
    allowed = ("featurestore/definitions", "featurestore/cli", "featurestore/catalog")
    assert places(names, *allowed) == []
    assert places(names)
