"""Features 6, 7, 9, 10, 13-20, 22-28: teams, zones, injuries, calendar, betting lines."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

D = date(2025, 1, 31)
BOX = {"fg_attempts": 80, "ft_attempts": 20, "offensive_rebounds": 10, "turnovers": 12}
POSSESSIONS = 80 + 0.44 * 20 - 10 + 12


def before(days: int) -> date:
    return D - timedelta(days=days)


@pytest.fixture
def team_games(make_game):
    """Games of AAA (100 points) against BBB (90 points), one player a team."""

    def rows(days, **columns):
        return [
            row
            for day in days
            for row in (
                make_game(before(day), 100, minutes=240, **BOX, **columns),
                make_game(
                    before(day), 90, player="bob", team="BBB", opponent="AAA", minutes=240, **BOX
                ),
            )
        ]

    return rows


def test_pace_ratings_and_wins_follow_from_the_rows_of_both_teams(
    features_of, team_games, make_game
):
    found = features_of([*team_games([2, 4, 6, 8, 10]), make_game(D)], D)
    assert found["team_pace"] == pytest.approx(POSSESSIONS)
    assert found["opponent_pace"] == pytest.approx(POSSESSIONS)
    assert found["team_off_rating"] == pytest.approx(100 * 100 / POSSESSIONS)
    assert found["opponent_def_rating"] == pytest.approx(100 * 100 / POSSESSIONS)
    assert found["team_win_pct"] == 1.0
    assert found["pace_score"] == 0.0


def test_four_decided_games_give_no_win_share(features_of, team_games, make_game):
    assert features_of([*team_games([2, 4, 6, 8]), make_game(D)], D)["team_win_pct"] is None


def test_without_the_other_teams_rows_ratings_are_missing(features_of, make_game):
    rows = [make_game(before(2), 100, minutes=240, **BOX), make_game(D)]
    found = features_of(rows, D)
    assert found["team_pace"] is None
    assert found["opponent_def_rating"] is None
    assert found["team_off_rating"] == pytest.approx(100 * 100 / POSSESSIONS)
    assert found["rest_advantage"] is None


def test_an_opponent_without_a_row_on_the_day_still_has_its_history(
    features_of, team_games, make_game
):
    found = features_of([*team_games([3]), make_game(D)], D)
    assert found["rest_advantage"] == 0.0
    assert found["opponent_pace"] is not None


def test_rest_is_compared_with_the_opponents_and_clamped(features_of, team_games, make_game):
    rows = team_games([9])
    rows += [make_game(before(1), 80, player="bob", team="BBB", opponent="CCC", **BOX)]
    assert features_of([*rows, make_game(D)], D)["rest_advantage"] == 2.0


@pytest.mark.parametrize(
    ("zones", "expected"),
    [((5, 3, 2), (0.5, 0.3, 0.2)), ((0, 0, 0), (None,) * 3), ((5, None, 2), (None,) * 3)],
)
def test_zone_shares_need_all_three_zones_and_an_attempt(features_of, make_game, zones, expected):
    paint, mid_range, three = zones
    row = make_game(
        before(2), paint_attempts=paint, mid_range_attempts=mid_range, three_pt_attempts=three
    )
    found = features_of([row, make_game(D)], D)
    assert (found["pct_paint"], found["pct_mid_range"], found["pct_three"]) == expected


def test_zone_mismatch_compares_what_the_opponent_allows_with_the_league(features_of, make_game):
    shots = {
        "paint_attempts": 10,
        "mid_range_attempts": 0,
        "mid_range_makes": 0,
        "three_pt_attempts": 0,
        "three_pt_makes": 0,
    }
    rows = [
        make_game(before(4), 8, paint_makes=4, **shots),
        make_game(before(4), 8, player="bob", team="BBB", opponent="AAA"),
        make_game(before(2), 8, player="cid", team="CCC", opponent="DDD", paint_makes=6, **shots),
        make_game(D),
    ]
    found = features_of(rows, D)
    # BBB allowed 0.4, the league 0.5: -10 points, times 1.2 beyond 5, clamped at -10.
    assert found["shot_zone_mismatch_score"] == -10.0


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([], None),
        ([("zoe", 1, 10, "Out")], 0.0),
        ([("ann", 1, 10, "OUT")], 3.0),
        ([("ann", 0, 9, "questionable"), ("ann", 1, 20, "Out")], 2.0),
        ([("ann", 0, 9, "Probable"), ("ann", 0, 9, "Doubtful")], 3.0),
        ([("ann", 0, None, "Out"), ("ann", 0, 1, "Available")], 0.0),
        ([("ann", 0, 3, "gone fishing")], 0.0),
        ([("ann", -1, 3, "Out")], None),
    ],
)
def test_the_newest_report_before_the_game_counts(features_of, make_game, reports, expected):
    rows = [
        {
            "player_lookup": player,
            "game_date": D,
            "report_date": before(days),
            "report_hour": hour,
            "injury_status": status,
        }
        for player, days, hour, status in reports
    ]
    assert features_of([make_game(D)], D, rows)["injury_risk"] == expected


def test_lines_come_from_the_target_row_and_the_opening_falls_back(features_of, make_game):
    found = features_of([make_game(D, points_line=20.5, opening_line=19)], D)
    assert (found["vegas_points_line"], found["vegas_opening_line"]) == (20.5, 19.0)
    assert found["vegas_line_move"] == 1.5
    found = features_of([make_game(D, points_line=20.5)], D)
    assert (found["vegas_opening_line"], found["vegas_line_move"]) == (20.5, 0.0)
    found = features_of([make_game(D, opening_line=19)], D)
    assert (found["vegas_opening_line"], found["vegas_line_move"]) == (19.0, None)
    assert found["has_vegas_line"] == 0.0


@pytest.mark.parametrize(
    ("day", "season", "playoffs", "early"),
    [
        (date(2024, 10, 21), 2024, 0.0, False),
        (date(2024, 10, 22), 2024, 0.0, True),
        (date(2024, 11, 4), 2024, 0.0, True),
        (date(2024, 11, 5), 2024, 0.0, False),
        (date(2025, 4, 18), 2024, 0.0, False),
        (date(2025, 4, 19), 2024, 1.0, False),
        (date(2030, 1, 1), 2029, None, False),
    ],
)
def test_the_calendar_tells_early_days_and_playoffs(
    features_of, make_game, day, season, playoffs, early
):
    found = features_of([make_game(day, season=season)], day)
    assert found["playoff_game"] == playoffs
    assert found["row"]["early_season_flag"] is early
    assert found["row"]["data_source"] == ("early_season" if early else "calculated")


def test_home_is_the_third_part_of_the_game_id(features_of, make_game):
    assert features_of([make_game(D)], D)["home_away"] == 1.0
    assert features_of([make_game(D, home=False)], D)["home_away"] == 0.0
    odd = make_game(D) | {"game_id": "0022400123"}
    assert features_of([odd], D)["home_away"] == 0.0
