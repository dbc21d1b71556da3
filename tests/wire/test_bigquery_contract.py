"""BigQuery's adapter keeps the contract that every warehouse keeps, against an emulator.

What the emulator cannot do is in ``LIMITS``, with the test on a scripted wire that covers it. A
limit is no excuse for a test that would pass: the case must fail, or the limit is out of date.
"""

from __future__ import annotations

import ast
import functools
import inspect
from dataclasses import replace
from pathlib import Path

import pytest
import warehouse_contract as contract

from sync.bigquery import BigQueryWarehouse
from sync.errors import Refused

NO_PRECISION = "tables.get tells NUMERIC(5,1) as NUMERIC: precision and scale are dropped"
# Test of the contract to (what the emulator does, the test that covers the case without it).
LIMITS = {
    "test_a_table_is_created_once_with_the_declared_columns": (
        NO_PRECISION,
        "wire/test_bigquery_scripted_contract.py::"
        "test_a_table_is_created_with_precision_and_described_with_it",
    ),
    "test_what_cannot_be_written_whole_is_not_written_at_all[scale]": (
        NO_PRECISION,
        "wire/test_bigquery_scripted_contract.py::"
        "test_a_value_with_too_many_digits_is_refused_before_anything_is_loaded",
    ),
    "test_a_new_row_gets_the_default_of_an_undeclared_required_column": (
        "tables.insert drops defaultValueExpression",
        "wire/test_bigquery_sql.py::"
        "test_a_new_row_names_no_undeclared_column_and_so_gets_its_default",
    ),
    "test_a_token_over_the_columns_of_an_earlier_moment_can_be_made_again": (
        "a column that tables.patch adds cannot be queried",
        "wire/test_bigquery_scripted_contract.py::"
        "test_tokens_cover_the_declared_columns_that_the_live_table_has",
    ),
    "test_the_etag_changes_with_the_table": (
        "tables.get keeps its etag while rows change; a token that is never the same stands for it",
        "wire/test_bigquery_scripted_contract.py::test_the_etag_changes_only_with_the_table",
    ),
}


def judged(method):
    """The contract's test; with a limit, it must fail as it did when the limit was written."""

    @functools.wraps(method)
    def run(self, **named):
        if self.case not in LIMITS:
            return method(self, **named)
        with pytest.raises((AssertionError, pytest.fail.Exception, Refused)):
            method(self, **named)
        return None

    return run


class TestBigQueryWarehouse(contract.WarehouseContract):
    @pytest.fixture(autouse=True)
    def name_of_the_case(self, request):
        self.case = request.node.name.partition("@")[0]


for name, method in inspect.getmembers(contract.WarehouseContract, inspect.isfunction):
    if name.startswith("test_"):
        setattr(TestBigQueryWarehouse, name, judged(method))


@pytest.mark.parametrize("case", LIMITS)
def test_a_limit_of_the_emulator_names_a_test_of_the_contract_and_the_one_that_covers_it(case):
    assert hasattr(contract.WarehouseContract, case.partition("[")[0])
    reason, covering = LIMITS[case]
    assert reason
    path, _, name = covering.partition("::")
    tree = ast.parse((Path(__file__).parents[1] / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_datasets_of_other_names_are_read_and_written_by_them(warehouse, tmp_path):
    settings = replace(warehouse.settings, datasets=contract.SWAPPED)
    named = BigQueryWarehouse(settings, warehouse.clients)
    contract.check_datasets_of_other_names(warehouse, named, tmp_path)
