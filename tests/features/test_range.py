"""A date's result never depends on the range, the rows' order or the number of threads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from featurestore import league

START, END = date(2024, 12, 1), date(2025, 1, 31)


@pytest.fixture(scope="module")
def small():
    return league.generate(teams=6, games_per_team=60, seasons=(2023, 2024), seed=3)


@pytest.fixture(scope="module")
def whole(small, compute_table):
    return compute_table(small.player_game_summary, small.injury_report, START, END)


def between(table, start, end):
    return [row for row in table.to_pylist() if start <= row["game_date"] <= end]


def test_a_month_alone_equals_that_month_of_a_longer_range(small, whole, compute_table):
    month = compute_table(small.player_game_summary, small.injury_report, date(2025, 1, 1), END)
    assert month.to_pylist() == between(whole, date(2025, 1, 1), END)
    assert month.num_rows > 500


def test_a_day_alone_equals_that_day_of_a_longer_range(small, whole, compute_table):
    day = max(whole["game_date"].to_pylist())
    alone = compute_table(small.player_game_summary, small.injury_report, day, day)
    assert alone.to_pylist() == between(whole, day, day)


@pytest.mark.parametrize("threads", [1, 2])
def test_rows_are_bit_for_bit_the_same_for_any_order_and_number_of_threads(
    small, whole, compute_table, threads
):
    rows = small.player_game_summary
    shuffled = rows.take([(n * 7919) % rows.num_rows for n in range(rows.num_rows)])
    again = compute_table(shuffled, small.injury_report, START, END, threads=threads)
    assert again.to_pylist() == whole.to_pylist()


def test_results_of_the_day_and_after_change_no_feature_of_the_day(small, whole, compute_table):
    day = START + timedelta(days=30)
    results = {"points", "minutes_played", "ft_makes", "fg_attempts", "usage_rate", "is_dnp"}
    results |= {"paint_attempts", "paint_makes", "turnovers", "offensive_rebounds"}
    changed = [
        {name: None if name in results else value for name, value in row.items()}
        if row["game_date"] >= day
        else row
        for row in small.player_game_summary.to_pylist()
    ]
    blind = small.player_game_summary.from_pylist(changed, schema=small.player_game_summary.schema)
    before = between(whole, START, day)
    assert any(row["game_date"] == day for row in before)
    again = compute_table(blind, small.injury_report, START, day)
    assert again.to_pylist() == before


def test_bootstrap_dates_get_rows_only_on_request(small, compute_table):
    first = date(2024, 10, 22)
    last = first + timedelta(days=13)
    args = (small.player_game_summary, small.injury_report, first, last)
    assert compute_table(*args, include_bootstrap=False).num_rows == 0
    rows = compute_table(*args, include_bootstrap=True).to_pylist()
    assert rows
    assert all(row["early_season_flag"] for row in rows)
    assert not any(row["is_training_ready"] for row in rows)
