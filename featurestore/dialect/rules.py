"""The rewrites: one function for each difference between BigQuery and DuckDB. Pure.

Each takes a node of an annotated GoogleSQL tree, whose parts are already rewritten, and returns the
node for DuckDB. Each has a golden case that is checked with the reference evaluator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.dialect.dates import DATE_RULES
from featurestore.dialect.elements import ELEMENT_RULES
from featurestore.dialect.floats import FLOAT_RULES
from featurestore.dialect.lengths import LENGTH_RULES
from featurestore.dialect.letters import LETTER_RULES
from featurestore.dialect.numbers import NUMBER_RULES
from featurestore.dialect.quotients import QUOTIENT_RULES
from featurestore.dialect.texts import TEXT_RULES

if TYPE_CHECKING:
    from collections.abc import Callable

RULES: tuple[Callable[[exp.Expr], exp.Expr], ...] = (
    *NUMBER_RULES,
    *DATE_RULES,
    *TEXT_RULES,
    *LETTER_RULES,
    *LENGTH_RULES,
    *FLOAT_RULES,
    *QUOTIENT_RULES,
    *ELEMENT_RULES,
)


def rewrite(node: exp.Expr) -> exp.Expr:
    """The tree for DuckDB: every rule applied to every node, inner nodes first."""
    for key, value in list(node.args.items()):
        if isinstance(value, exp.Expr):
            node.set(key, rewrite(value))
        elif isinstance(value, list):
            node.set(key, [rewrite(v) if isinstance(v, exp.Expr) else v for v in value])
    for rule in RULES:
        node = rule(node)
    return node
