from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest

from featurestore.evaluate.comparison import RowDifference, differences

ROW = {"a": 1, "b": "x", "c": [1.5, None], "d": {"e": 2.0}, "f": date(2025, 1, 1)}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ([], []),
        ([ROW, {**ROW, "a": 2}], [{**ROW, "a": 2}, ROW]),
        ([{"v": 0.1 + 0.2}], [{"v": 0.3}]),
        ([{"v": 1e12}], [{"v": 1e12 + 1}]),
        ([{"v": 1.0}, {"v": 2.0}], [{"v": 2.0 + 1e-12}, {"v": 1.0 - 1e-12}]),
        ([{"v": Decimal("1.5")}], [{"v": Decimal("1.500000000")}]),
        ([{"v": Decimal("0")}], [{"v": Decimal("0E-9")}]),
        ([{"v": math.nan}], [{"v": math.nan}]),
        ([{"j": '{"a": 1, "b": [2]}'}], [{"j": '{"b":[2],"a":1}'}]),
        ([{"v": None}], [{"v": None}]),
    ],
)
def test_the_same_rows_in_any_order_and_form_are_the_same(here, there) -> None:
    assert differences(here, there, frozenset({"j"})) == []


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"v": 1}, {"v": 2}),
        ({"v": 1}, {"v": 1.0}),
        ({"v": True}, {"v": 1}),
        ({"v": 1.0}, {"v": 1.0 + 1e-8}),
        ({"v": math.nan}, {"v": 1.0}),
        ({"v": math.inf}, {"v": -math.inf}),
        ({"v": None}, {"v": ""}),
        ({"v": None}, {"v": []}),
        ({"v": [1, 2]}, {"v": [2, 1]}),
        ({"v": Decimal(1)}, {"v": 1}),
        ({"v": {"a": 1}}, {"v": {"b": 1}}),
        ({"v": "x"}, {"w": "x"}),
    ],
)
def test_another_value_type_or_name_differs(here, there) -> None:
    assert differences([here], [there]) != []
    assert differences([here], []) == [RowDifference(here, None)]
    assert differences([], [there]) == [RowDifference(None, there)]


def test_an_extra_row_is_a_difference() -> None:
    assert differences([ROW, ROW], [ROW]) == [RowDifference(ROW, None)]


def test_rows_that_share_most_columns_are_put_side_by_side() -> None:
    other, stranger = {**ROW, "b": "y"}, {"a": 9, "b": "z", "c": [], "d": None, "f": None}
    assert differences([ROW], [stranger, other]) == [
        RowDifference(ROW, other),
        RowDifference(None, stranger),
    ]
