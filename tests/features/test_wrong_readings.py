"""Each plausible wrong reading of the contract, put into the SQL, is noticed by its case.

The readings are in ``tests/support/readings``. That the SQL's rows change is not enough: a case,
whose values were worked out by hand, must say of what the reading is about that it is wrong.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import pytest
from cases.every import CASES
from readings.every import READINGS
from wrong_readings import Readings


@pytest.fixture(scope="module")
def readings():
    with closing(Readings(CASES)) as made:
        yield made


def test_without_a_wrong_reading_no_case_is_wrong(readings):
    assert readings.league.wrong() == {}


def test_each_feature_is_the_same_where_it_is_computed_as_in_the_store(readings):
    for case in CASES:
        for name in case.expected:
            relation = readings.first_with(name)
            if relation is not None:
                assert readings.league.wrong_value([], relation, name, case) is None, case.name


@pytest.mark.parametrize("reading", READINGS, ids=[reading.name for reading in READINGS])
def test_a_wrong_reading_is_detected_by_its_case(readings, reading):
    assert readings.differences(reading), readings.wrong(reading) or "detected by no case"


def test_every_feature_has_at_least_three_wrong_readings():
    about = Counter(what for reading in READINGS for what in reading.about)
    assert {n: about[n] for n in range(37) if about[n] < 3} == {}
    assert len({reading.name for reading in READINGS}) == len(READINGS) > 300
