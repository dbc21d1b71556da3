"""What a pull must move, from the ledger and from what the warehouse lists."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync.model import DateRange, Partition
from sync.replica.ledger import Held
from sync.transfer.pull_plan import PullPlan, plan_pull, windows

FIRST = date(2024, 2, 28)
RANGE = DateRange(FIRST, date(2024, 3, 2))
DAYS = list(RANGE)


def held(*entries):
    return {day: Held(day, rows, token) for day, rows, token in entries}


def upstream(*entries):
    return {day: Partition(day, rows, token) for day, rows, token in entries}


def test_what_was_never_pulled_is_fetched_and_empty_dates_are_recorded():
    theirs = upstream((DAYS[1], 2, "a"))
    empty = (DAYS[0], DAYS[2], DAYS[3])
    assert plan_pull({}, theirs, RANGE) == PullPlan((theirs[DAYS[1]],), empty, 0)


def test_with_equal_rows_and_token_nothing_is_fetched():
    entries = [(day, 2, "a") for day in DAYS]
    assert plan_pull(held(*entries), upstream(*entries), RANGE) == PullPlan((), (), 4)


def test_a_changed_token_or_row_count_is_fetched():
    mine = held((DAYS[0], 2, "a"), (DAYS[1], 2, "a"), (DAYS[2], 2, "a"), (DAYS[3], 0, ""))
    theirs = upstream((DAYS[0], 2, "b"), (DAYS[1], 1, "a"), (DAYS[2], 2, "a"))
    plan = plan_pull(mine, theirs, RANGE)
    assert plan == PullPlan((theirs[DAYS[0]], theirs[DAYS[1]]), (), 2)
    assert plan.rows == 3


def test_a_date_that_lost_its_rows_is_emptied_and_one_that_gained_some_is_fetched():
    mine = held((DAYS[0], 2, "a"), (DAYS[1], 0, ""), (DAYS[2], 0, ""), (DAYS[3], 0, ""))
    theirs = upstream((DAYS[1], 1, "n"))
    assert plan_pull(mine, theirs, RANGE) == PullPlan((theirs[DAYS[1]],), (DAYS[0],), 2)


def test_dates_outside_the_range_are_left_alone():
    outside = FIRST - timedelta(days=1)
    plan = plan_pull(held((outside, 2, "a")), upstream((outside, 3, "b")), RANGE)
    assert (plan.fetch, plan.empty) == ((), tuple(DAYS))


entries = st.dictionaries(
    st.sampled_from(DAYS), st.tuples(st.integers(1, 3), st.sampled_from("ab"))
)


@given(entries, st.sets(st.sampled_from(DAYS)), entries)
def test_after_doing_the_plan_there_is_nothing_left_to_do(mine, proven_empty, theirs):
    ledger = held(*((day, 0, "") for day in proven_empty), *((d, *e) for d, e in mine.items()))
    source = upstream(*((d, *e) for d, e in theirs.items()))
    plan = plan_pull(ledger, source, RANGE)
    assert len(plan.fetch) + len(plan.empty) + plan.unchanged == RANGE.days
    ledger |= held(*((p.day, p.rows, p.token) for p in plan.fetch))
    ledger |= held(*((day, 0, "") for day in plan.empty))
    assert plan_pull(ledger, source, RANGE) == PullPlan((), (), RANGE.days)


@given(st.lists(st.integers(1, 50), max_size=20), st.integers(1, 60))
def test_windows_keep_the_order_and_stay_within_the_limit(rows, limit):
    partitions = [Partition(FIRST + timedelta(days=n), r, "t") for n, r in enumerate(rows)]
    groups = windows(partitions, limit)
    assert [partition for group in groups for partition in group] == partitions
    assert all(len(g) == 1 or sum(p.rows for p in g) <= limit for g in groups)
    assert all(groups)
