"""The relations of this repository, tested with featurestore's pytest plugin."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from featurestore.testing import (
    assert_bounded,
    assert_googlesql,
    assert_no_leak,
    assert_no_leak_pattern,
    make_game,
    relation_rows,
    run_relation,
)

FEATURES = Path(__file__).parents[1] / "features"
FIXTURE = Path(__file__).parent / "fixture"
DAY = date(2025, 1, 31)


def games(*minutes: float | None) -> list[dict[str, object]]:
    """A game every other day before ``DAY``, oldest first, and the one of ``DAY``."""
    days = [DAY - timedelta(days=2 * n) for n in range(len(minutes), 0, -1)]
    earlier = [make_game(day, minutes=value) for day, value in zip(days, minutes, strict=True)]
    return [*earlier, make_game(DAY, minutes=48)]


def test_the_mean_is_over_the_newest_three_games_before():
    rows = relation_rows("recent_minutes", games(10, 20, 30, 40), DAY)
    assert rows == [
        {
            "player_lookup": "ann",
            "game_date": DAY,
            "minutes_avg_last_3": 30.0,
            "game_count": 3,
        }
    ]


def test_a_game_that_was_not_played_does_not_count():
    played = games(10, 20, 30)
    played.append(make_game(DAY - timedelta(days=1), None, minutes=None, is_dnp=True))
    (row,) = relation_rows("recent_minutes", played, DAY)
    assert row["minutes_avg_last_3"] == 20.0


def test_a_first_game_has_no_row():
    assert relation_rows("recent_minutes", games(), DAY) == []


def test_the_trend_compares_with_the_stored_feature():
    (row,) = relation_rows("minutes_trend", games(10, 10, 20, 20, 20), DAY)
    assert row["minutes_difference"] == pytest.approx(20 - 16)


def test_the_trend_alone_is_a_difference_or_missing():
    key = {"player_lookup": "ann", "game_date": DAY}
    other = {"player_lookup": "bob", "game_date": DAY}
    rows = run_relation(
        "minutes_trend",
        start=DAY,
        end=DAY,
        recent_minutes=[key | {"minutes_avg_last_3": 30.0}, other],
        features=[key | {"minutes_avg_last_10": 25.0}],
    )
    assert [row["minutes_difference"] for row in rows] == [5.0, None]


@pytest.mark.parametrize("file", sorted(FEATURES.glob("*.sql")), ids=lambda file: file.stem)
def test_each_relation_is_bounded_googlesql_without_a_leak(file, replica, league):
    sql = file.read_text(encoding="utf-8")
    assert_googlesql(sql)
    assert_bounded(sql)
    assert_no_leak_pattern(sql)
    day = max(league.player_game_summary["game_date"].to_pylist())
    assert_no_leak(replica, day, relation=file.stem)


def test_the_fixture_has_the_values_worked_out_by_hand(replica_from):
    store = replica_from(FIXTURE)
    rows = store.query(
        """
        SELECT player_lookup, game_date, minutes_avg_last_3
        FROM features.recent_minutes
        WHERE game_date = '2025-01-07'
        ORDER BY player_lookup
        """
    ).to_arrow()
    assert rows.to_pylist() == [
        {"player_lookup": "ann", "game_date": date(2025, 1, 7), "minutes_avg_last_3": 20.0},
        {"player_lookup": "bob", "game_date": date(2025, 1, 7), "minutes_avg_last_3": 35.0},
    ]
