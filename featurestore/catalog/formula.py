"""Where a feature's formula is, and how far back its relations read. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.definitions import compose, sql_files

if TYPE_CHECKING:
    from sqlglot import exp

    from featurestore.definitions.sql_files import SqlFile

FEATURE_VALUE = "feature_value"
# They take a feature by its name, or make the same of a listed player's rows.
_READERS = (FEATURE_VALUE, plan.STORE, "listed_history")
# A longer formula takes several lines.
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Formula:
    """One definition of a column.

    Attributes:
        path: The file.
        line: Where it is named in the file, from 1.
        sql: Its GoogleSQL, formatted.
    """

    path: str
    line: int
    sql: str


def formulas(name: str) -> tuple[Formula, ...]:
    """Every place that defines a column of this name; a feature has one."""
    found = []
    for file in sql_files.load("features"):
        if file.name not in _READERS and f"AS {name}" in file.text:
            found += _in_file(file, name)
    return tuple(found)


def _in_file(file: SqlFile, name: str) -> list[Formula]:
    from sqlglot import exp

    lines = [
        number
        for number, line in enumerate(file.text.splitlines(), start=1)
        if re.search(rf"\bAS {name}\b", line)
    ]
    made = [
        node.this
        for node in _parsed(file.text).find_all(exp.Alias)
        if node.alias == name and not (isinstance(node.this, exp.Column) and node.this.name == name)
    ]
    return [
        Formula(file.path, line, _written(node)) for line, node in zip(lines, made, strict=False)
    ]


def _written(node: exp.Expr) -> str:
    sql = node.sql("bigquery", comments=False)
    return sql if len(sql) <= _WIDTH else node.sql("bigquery", pretty=True, comments=False)


@lru_cache(maxsize=64)
def _parsed(text: str) -> exp.Expr:
    import sqlglot

    return sqlglot.parse_one(text, read="bigquery")


def lookback_days(name: str) -> int:
    """The longest lookback of the relations that the feature's relation reads, and its own."""
    files = compose.by_name(sql_files.load("features"))
    (formula, *_) = formulas(name)
    root = formula.path.rsplit("/", 1)[-1].removesuffix(".sql")
    return max(file.header.lookback_days for file in compose.dependency_order([root], files))
