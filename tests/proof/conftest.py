"""Google's own GoogleSQL (the ``zetasql`` package) as the reference: one evaluator per session."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from featurestore.googlesql.analyzer import Analyzer
from featurestore.googlesql.analyzer import analyzer as started_analyzer
from featurestore.googlesql.errors import GoogleSqlError
from featurestore.googlesql.evaluator import evaluate
from featurestore.googlesql.types import Typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from featurestore.googlesql.catalog import Schema


def _sibling(name: str) -> Any:
    """A module of this folder: with importlib's import mode a test folder is not a package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


engines = _sibling("engines")
mutants_module = _sibling("mutants")


class Evaluator:
    """The product's analyzer and evaluator, in the form that tests ask them."""

    Typed = Typed
    Error = GoogleSqlError

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def columns(
        self, sql: str, schema: Schema | None = None, params: Mapping[str, str] | None = None
    ) -> list[tuple[str, str]]:
        """Names and GoogleSQL types of a query's output columns."""
        return list(self._analyzer.analyze(sql, schema, params).columns)

    def rows(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        tables: Mapping[str, pa.Table] | None = None,
        schema: Schema | None = None,
    ) -> list[dict[str, Any]]:
        """Rows of a query; see :func:`featurestore.googlesql.evaluator.evaluate`."""
        return evaluate(self._analyzer, sql, params, tables, schema)[1]

    def analyze_statement(
        self, sql: str, schema: Schema | None = None, params: Mapping[str, str] | None = None
    ) -> str:
        """The kind of a statement that passes the analyzer, such as ``create_table``.

        DDL, DML and queries alike. Tables it names must be in ``schema``. A script, and what
        only BigQuery has (``INFORMATION_SCHEMA`` unless given as a table), goes to
        :meth:`parse_script`.
        """
        return self._analyzer.analyze(sql, schema, params).kind

    def parse_script(self, sql: str) -> int:
        """Parse a script (BEGIN, DECLARE, IF, transactions); its number of statements."""
        return self._analyzer.parse_script(sql)


@pytest.fixture(scope="session")
def evaluator() -> Evaluator:
    """The evaluator. Compiling it takes 20 s and two cores, once per machine; starting it 0.2 s."""
    return Evaluator(started_analyzer())


@pytest.fixture(scope="session")
def both_engines() -> Any:
    """``both_engines(evaluator, compute_table, summary, reports, start, end) -> int``."""
    return engines.check_both_engines


@pytest.fixture(scope="session")
def mutants() -> Any:
    """The module ``mutants.py``: runs a changed relation through the checks."""
    return mutants_module
