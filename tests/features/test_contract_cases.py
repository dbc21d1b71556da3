"""Rows in, values out: each case of the feature contract, by the product's own statements.

The cases are in ``tests/support/cases``, one file a group of features.
"""

from __future__ import annotations

import pytest
from cases.every import CASES
from feature_cases import wrong_of


@pytest.fixture(scope="module")
def wrong():
    return wrong_of(CASES)


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_a_case_has_the_values_of_the_contract(wrong, name):
    assert name not in wrong, wrong[name]
