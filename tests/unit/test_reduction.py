"""What is left when everything is left out that a condition does not need."""

from __future__ import annotations

import pytest

from featurestore.fixture.reduction import Pool, Reduction

ROWS = tuple(range(100))


def reduction(needed, most_tests=10_000):
    """A condition that holds while none of ``needed`` is left out."""
    needed = set(needed)
    return Reduction(lambda left_out: not needed & left_out, most_tests=most_tests)


def left(search, rows=ROWS):
    return {row for row in rows if row not in search.left_out}


def test_a_pool_that_is_not_needed_takes_one_test():
    search = reduction([])
    search.reduce([Pool("all", ROWS)])
    assert (left(search), search.tests) == (set(), 1)


@pytest.mark.parametrize("needed", [[0], [99], [50], [3, 4, 5, 80], range(40, 60), range(100)])
def test_down_to_single_rows_only_the_needed_ones_are_left(needed):
    search = reduction(needed)
    search.reduce_to_rows([Pool("all", ROWS)])
    assert left(search) == set(needed)


def test_rows_that_can_only_be_left_out_with_others_are_left_out_later():
    # The first row may be left out once the last one is.
    search = Reduction(lambda out: 0 not in out or 99 in out, most_tests=10_000)
    search.reduce_to_rows([Pool("first", (0,)), Pool("rest", ROWS[1:])])
    assert left(search) == set()


def test_the_newest_rows_of_a_pool_are_found_without_trying_each():
    search = reduction(range(85, 100))
    search.reduce([Pool("all", ROWS)])
    assert set(range(85, 100)) <= left(search) < set(range(80, 100))
    assert search.tests < 30


def test_the_search_in_a_pool_that_is_needed_everywhere_stops_early():
    search = reduction(range(0, 100, 5))
    search.reduce([Pool("all", ROWS)])
    assert (left(search), search.tests) == (set(ROWS), 15)


def test_pools_of_one_name_are_tried_together_then_each():
    search = reduction([60])
    pools = [Pool("a", ROWS[:50]), Pool("b", ROWS[50:75]), Pool("b", ROWS[75:])]
    needed = search.leave_out_whole(pools)
    assert [pool.rows for pool in needed] == [ROWS[50:75]]
    assert left(search) == set(ROWS[50:75])
    # a and b as a whole, then both of b.
    assert search.tests == 4


def test_no_part_of_an_indivisible_pool_is_tried():
    search = reduction([7])
    search.reduce([Pool("all", ROWS, is_whole=True)])
    assert (left(search), search.tests) == (set(ROWS), 1)


def test_rows_not_tried_in_time_are_kept():
    search = reduction([50], most_tests=3)
    search.reduce_to_rows([Pool("all", ROWS)])
    assert search.is_exhausted
    assert search.tests == 3
    assert 50 in left(search)
