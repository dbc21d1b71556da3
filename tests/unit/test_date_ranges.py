from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from featurestore import date_ranges
from featurestore.backfill import select_dates
from sync.model import DateRange

D = date.fromisoformat
DAYS = st.lists(st.dates(D("2022-01-01"), D("2023-12-31")), max_size=30)


def test_days_become_as_few_ranges_as_possible() -> None:
    days = [D("2025-01-05"), D("2025-01-01"), D("2025-01-02"), D("2025-01-02")]
    assert date_ranges.grouped(days) == (
        DateRange(D("2025-01-01"), D("2025-01-02")),
        DateRange(D("2025-01-05"), D("2025-01-05")),
    )
    assert date_ranges.grouped([]) == ()


def test_ranges_with_little_between_them_become_one() -> None:
    days = [D("2025-01-01"), D("2025-01-04"), D("2025-01-20")]
    assert [r.days for r in date_ranges.grouped(days, merge_days=2)] == [4, 1]
    assert [r.days for r in date_ranges.grouped(days, merge_days=1)] == [1, 1, 1]


def test_free_days_in_between_cost_nothing_and_others_do() -> None:
    days = [D("2025-01-01"), D("2025-01-05")]
    free = {D("2025-01-02"), D("2025-01-03"), D("2025-01-04")}
    assert [r.days for r in date_ranges.grouped(days, free=free)] == [5]
    assert [r.days for r in date_ranges.grouped(days, free=free - {D("2025-01-03")})] == [1, 1]


@given(DAYS, st.integers(0, 20))
def test_grouped_ranges_hold_every_day_and_do_not_touch(days, merge_days) -> None:
    groups = date_ranges.grouped(days, merge_days=merge_days)
    assert {day for day in days if any(day in r for r in groups)} == set(days)
    gaps = [(b.start - a.end).days - 1 for a, b in pairwise(groups)]
    assert all(gap > merge_days for gap in gaps)


@given(st.dates(D("2010-01-01"), D("2034-01-01")), st.integers(0, 4000))
def test_parts_are_the_range_in_order_and_none_is_longer_than_a_season(start, days) -> None:
    span = DateRange(start, start + timedelta(days=days))
    parts = date_ranges.by_season([span])
    assert [day for part in parts for day in part] == list(span)
    assert all(part.days <= 430 + 2 * date_ranges.LEAST_DAYS for part in parts)


def test_a_range_is_cut_where_a_season_begins() -> None:
    parts = date_ranges.by_season([DateRange(D("2023-10-24"), D("2025-06-12"))])
    assert parts == (
        DateRange(D("2023-10-24"), D("2024-10-21")),
        DateRange(D("2024-10-22"), D("2025-06-12")),
    )


def test_a_few_days_of_a_season_stay_with_the_other_one() -> None:
    span = DateRange(D("2023-10-01"), D("2024-11-01"))
    assert date_ranges.by_season([span]) == (span,)


def test_days_are_shown_as_ranges_and_counted_beyond_the_first() -> None:
    days = [D("2025-01-01"), D("2025-01-02"), D("2025-02-01"), D("2025-03-01")]
    assert date_ranges.shown(days, most=2) == "2025-01-01..2025-01-02, 2025-02-01, and 1 more range"


def test_the_bootstrap_dates_of_a_season_come_from_the_calendar() -> None:
    days = [D("2024-10-21"), D("2024-10-22"), D("2024-11-04"), D("2024-11-05")]
    assert select_dates.bootstrap_dates(days, 14) == {D("2024-10-22"), D("2024-11-04")}
    assert select_dates.bootstrap_dates(days, 0) == set()
