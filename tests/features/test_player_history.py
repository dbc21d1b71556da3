"""Features 0-4, 8, 11, 12, 21, 29-36: a player's own games. Rows in, values out."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import stdev

import pytest

D = date(2025, 1, 31)


def before(days: int) -> date:
    return D - timedelta(days=days)


@pytest.fixture
def season(make_game):
    """Games two days apart, the last one two days before D, then the target row."""

    def rows(points, **columns):
        earlier = [
            make_game(before(2 * (len(points) - n)), value, **columns)
            for n, value in enumerate(points)
        ]
        return [*earlier, make_game(D, 99)]

    return rows


def test_a_rookie_with_no_game_has_every_history_feature_missing(features_of, make_game):
    found = features_of([make_game(D, 30)], D)
    for name in ("points_avg_last_5", "points_avg_last_10", "points_avg_season", "dnp_rate"):
        assert found[name] is None
    assert found["games_in_last_7_days"] == 0.0
    assert found["games_vs_opponent"] == 0.0
    assert found["row"]["features"][:6] == [10.0, 10.0, 10.0, 5.0, 0.0, 50.0]
    assert found["row"]["days_rest"] is None
    assert found["row"]["historical_completeness"] == {
        "games_found": 0,
        "games_expected": 0,
        "is_complete": True,
        "is_bootstrap": True,
        "contributing_game_dates": [],
    }


def test_means_read_the_newest_five_ten_and_all_games(features_of, season):
    points = [40, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    found = features_of(season(points), D)
    assert found["points_avg_last_5"] == pytest.approx(9.0)
    assert found["points_avg_last_10"] == pytest.approx(6.5)
    assert found["points_avg_season"] == pytest.approx(sum(points) / 12)
    assert found["points_std_last_10"] == pytest.approx(stdev(points[2:]))
    assert found["pts_slope_10g"] == pytest.approx(1.0)


def test_one_game_gives_a_mean_but_no_deviation(features_of, season):
    found = features_of(season([12]), D)
    assert found["points_avg_last_5"] == 12.0
    assert found["points_std_last_10"] is None
    assert found["pts_vs_season_zscore"] is None
    assert found["breakout_flag"] is None
    assert found["row"]["feature_0_quality"] == 87.0


def test_rows_that_were_not_played_fill_no_window_but_the_dnp_rate(features_of, season, make_game):
    rows = season([10, 20, 30])
    rows += [make_game(before(n), None, minutes=0, is_dnp=True) for n in (1, 3, 5)]
    found = features_of(rows, D)
    assert found["points_avg_last_5"] == 20.0
    assert found["dnp_rate"] == 0.5
    assert found["row"]["days_rest"] == 2


def test_a_row_with_a_null_flag_counts_as_played_when_it_has_minutes(features_of, make_game):
    rows = [make_game(before(2), 14, is_dnp=None), make_game(D)]
    assert features_of(rows, D)["points_avg_last_5"] == 14.0


def test_points_without_minutes_are_played_and_zero_with_no_minutes_is_not(features_of, make_game):
    rows = [make_game(before(4), 2, minutes=0), make_game(before(2), 0, minutes=None)]
    found = features_of([*rows, make_game(D)], D)
    assert found["points_avg_season"] == 2.0
    assert found["row"]["days_rest"] == 4


@pytest.mark.parametrize(
    ("last_two", "expected"), [(15, 2.0), (14, 1.0), (12, 1.0), (11, 0.0), (8, -1.0), (5, -2.0)]
)
def test_the_trend_steps_at_two_and_five_points(features_of, season, last_two, expected):
    found = features_of(season([10, 10, 10, last_two, last_two]), D)
    assert found["recent_trend"] == expected


def test_four_games_give_no_trend(features_of, season):
    assert features_of(season([1, 2, 3, 4]), D)["recent_trend"] is None


def test_ten_equal_scores_have_no_deviation_and_a_z_score_of_zero(features_of, season):
    found = features_of(season([7] * 10), D)
    assert found["points_std_last_10"] == 0.0
    assert found["pts_vs_season_zscore"] == 0.0
    assert found["breakout_flag"] == 0.0


def test_usage_needs_five_games_and_skips_those_without(features_of, make_game):
    usage = [20, None, 20, 20, None, 20, 30, 30, 30]
    rows = [make_game(before(20 - 2 * n), 10, usage_rate=value) for n, value in enumerate(usage)]
    found = features_of([*rows, make_game(D)], D)
    assert found["usage_spike_score"] == pytest.approx(0.3 * (30 - 170 / 7))
    assert features_of([*rows[:5], make_game(D)], D)["usage_spike_score"] is None


def test_minutes_ignore_games_without_and_keep_games_of_zero(features_of, make_game):
    rows = [
        make_game(before(8), 10, minutes=20),
        make_game(before(6), 10, minutes=None),
        make_game(before(4), 10, minutes=0),
        make_game(D),
    ]
    found = features_of(rows, D)
    assert found["minutes_avg_last_10"] == 20.0
    assert found["ppm_avg_last_10"] == pytest.approx(0.5)
    assert found["minutes_change"] == 0.0


def test_meetings_reach_back_exactly_365_days_and_into_other_seasons(features_of, make_game):
    rows = [
        make_game(before(366), 50, season=2023),
        make_game(before(365), 30, season=2023),
        make_game(before(10), 10, opponent="CCC"),
        make_game(D),
    ]
    found = features_of(rows, D)
    assert found["games_vs_opponent"] == 1.0
    assert found["avg_points_vs_opponent"] == 30.0
    assert found["points_avg_season"] == 10.0
    assert found["row"]["historical_completeness"]["games_expected"] == 2


def test_without_a_meeting_the_season_mean_stands_in(features_of, make_game):
    found = features_of([make_game(before(3), 16, opponent="CCC"), make_game(D)], D)
    assert found["avg_points_vs_opponent"] == 16.0
    assert found["row"]["feature_29_source"] == "calculated"


def test_free_throw_share_needs_five_games_and_is_capped(features_of, season):
    assert features_of(season([4] * 4, ft_makes=1), D)["pct_free_throw"] is None
    assert features_of(season([4] * 5, ft_makes=1), D)["pct_free_throw"] == 0.25
    assert features_of(season([4] * 5, ft_makes=4), D)["pct_free_throw"] == 0.5


def test_fatigue_adds_up_its_parts(features_of, make_game):
    # On D - 1, D - 2, D - 3 and D - 5: back to back, four games, 160 minutes of 40 each.
    rows = [make_game(before(n), 10, minutes=40) for n in (1, 2, 3, 5)]
    found = features_of([*rows, make_game(D)], D)
    assert found["fatigue_score"] == 100 - 15 - 10 - 8 - 12
    assert found["back_to_back"] == 1.0
    assert features_of([make_game(before(3), 10), make_game(D)], D)["fatigue_score"] == 100.0


def test_the_target_game_itself_never_counts(features_of, season):
    rows = season([10, 20])
    assert features_of(rows, D)["points_avg_season"] == 15.0
    rows[-1]["points"] = 0
    assert features_of(rows, D)["points_avg_season"] == 15.0


def test_of_two_rows_the_one_with_a_proper_game_id_is_kept(features_of, make_game):
    good = make_game(before(2), 10)
    bad = make_game(before(2), 40) | {"game_id": "0022400123"}
    assert features_of([bad, good, make_game(D)], D)["points_avg_season"] == 10.0
