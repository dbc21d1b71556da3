"""The hard cases are what they say, by values worked out by hand from the feature contract."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from featurestore.league.edge_cases import (
    NOT_IN_CALENDAR,
    SEASON_2023,
    SEASON_2024,
    TARGET,
    hard_cases,
)

F0, F2, F3, F4, F5, F8, F10, F11, F12 = 0, 2, 3, 4, 5, 8, 10, 11, 12
START, END = SEASON_2023[0], NOT_IN_CALENDAR[-1]


@pytest.fixture(scope="module")
def cases():
    return hard_cases()


@pytest.fixture(scope="module")
def value_of(cases, compute_rows):
    """``value_of(player, n, day=TARGET)``: feature n, None where it is missing."""
    rows = compute_rows(cases.player_game_summary, cases.injury_report, START, END)
    by_key = {(row["player_lookup"], row["game_date"]): row for row in rows}
    return lambda player, n, day=TARGET: by_key[player, day][f"feature_{n}_value"]


def test_the_set_is_small_and_the_same_every_time(cases):
    assert 400 < cases.player_game_summary.num_rows < 900
    assert cases.player_game_summary.equals(hard_cases().player_game_summary)
    assert cases.injury_report.equals(hard_cases().injury_report)


def test_no_required_column_is_null(cases):
    rows = cases.player_game_summary
    for name in (
        "player_lookup game_id game_date team_abbr opponent_team_abbr season_year starter_flag "
        "win_flag is_active"
    ).split():
        assert rows[name].null_count == 0, name


@pytest.mark.parametrize(
    ("player", "step"),
    [("trendplusfive", 2), ("trendplustwo", 1), ("trendminustwo", -1), ("trendminusfive", -2)],
)
def test_trends_and_minutes_are_exactly_on_their_steps(value_of, player, step):
    assert value_of(player, F11) == step
    assert value_of(player, F12) == step


@pytest.mark.parametrize(
    ("player", "fatigue"),
    [
        ("exactlytwoforty", 70),
        ("overtwoforty", 60),
        ("exactlythirtyfive", 78),
        ("overthirtyfive", 70),
    ],
)
def test_minutes_of_a_week_are_at_and_above_their_limits(value_of, player, fatigue):
    assert value_of(player, F5) == fatigue


def test_scores_without_spread_and_a_breakout_just_missed(value_of):
    assert [value_of("steady", n) for n in (F3, 35, 36)] == [0, 0, 0]
    assert [value_of("exactlybreakout", n) for n in (F0, F2, 36)] == [15, 12, 0]
    assert value_of("exactlybreakout", F3) == pytest.approx(2)


def test_contradictory_minutes_and_points_count_as_the_contract_says(value_of):
    assert value_of("edge", F2) == pytest.approx(48 / 10)
    assert value_of("edge", 31) == pytest.approx(210.1 / 8)
    assert value_of("zerominutes", 31) is None
    assert value_of("nominutes", F12) is None


def test_absences_count_from_the_third_row(value_of):
    assert value_of("benched", 33) == pytest.approx(0.9)
    assert value_of("neverplayed", 33) == 1
    assert value_of("neverplayed", F0) is None
    assert value_of("threerows", 33, SEASON_2024[14]) is None
    assert value_of("threerows", 33) == pytest.approx(1 / 3)


def test_five_rows_with_usage_or_free_throws_suffice_and_four_do_not(value_of):
    assert value_of("gappyusage", F8) == pytest.approx(0.3)
    assert value_of("fewusage", F8) is None
    assert value_of("fivefreethrows", 21) == pytest.approx(0.25)
    assert value_of("fourfreethrows", 21) is None
    assert value_of("onlyfreethrows", 21) == 0.5
    assert value_of("scoreless", 21) is None


def test_zones_are_complete_partial_absent_or_without_attempts(value_of):
    for player in ("nozones", "partialzones", "noattempts"):
        assert [value_of(player, n) for n in (18, 19, 20)] == [None] * 3, player
    assert [value_of("threewaytie", n) for n in (18, 19, 20)] == pytest.approx([1 / 3] * 3)
    assert value_of("boxscorethrees", 20) == pytest.approx(7 / 12)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, (20.5, 21.5, -1)), (1, (20.5, 20.5, 0)), (2, (None, 19.5, None)), (3, (None,) * 3)],
)
def test_lines_come_with_and_without_an_opening(value_of, number, expected):
    assert tuple(value_of("lines", n, SEASON_2024[number]) for n in (25, 26, 27)) == expected


def test_the_last_of_each_duplicate_is_the_one_that_counts(cases, value_of):
    names = cases.player_game_summary["player_lookup"].to_pylist()
    twins = {name for name in names if name.startswith("twin")}
    assert len(twins) == 9
    for player in twins:
        assert value_of(player, F2) == 9, player


def test_a_meeting_365_days_ago_counts_and_one_of_366_does_not(value_of):
    day = SEASON_2024[14]
    assert [(day - old).days for old in SEASON_2023[:2]] == [366, 365]
    assert (value_of("rival", 29, day), value_of("rival", 30, day)) == (33, 1)


@pytest.mark.parametrize(
    ("player", "risk"),
    [
        ("steady", 0),
        ("edge", 2),
        ("benched", 3),
        ("lines", 1),
        ("traded", 2),
        ("nominutes", 3),
        ("scoreless", 1),
        ("nozones", 0),
        ("nousage", 0),
        ("gappyusage", 2),
        ("fewusage", 0),
    ],
)
def test_the_newest_and_most_severe_report_counts(value_of, player, risk):
    assert value_of(player, F10) == risk


def test_a_date_with_only_a_late_report_has_an_unknown_risk(value_of):
    assert value_of("aaaone", F10, SEASON_2024[16]) is None


def test_a_window_of_seven_days_includes_its_first_day(value_of):
    assert value_of("windowends", F4) == 1


def test_seasons_start_from_zero_and_may_be_missing_from_the_calendar(value_of):
    assert value_of("oldtimer", F2, SEASON_2024[0]) is None
    assert value_of("aaaone", 17, date(2024, 4, 20)) == 1
    assert value_of("aaaone", 17, date(2024, 4, 19)) == 0
    assert value_of("aaaone", 17, NOT_IN_CALENDAR[1]) is None


def test_team_games_lack_rows_players_sums_minutes_and_a_winner(cases):
    rows = cases.player_game_summary.to_pylist()

    def of(number, team, name):
        day = SEASON_2024[number]
        return {r[name] for r in rows if (r["game_date"], r["team_abbr"]) == (day, team)}

    assert of(16, "BBB", "points") == set()
    assert of(16, "DDD", "opponent_team_abbr") == {"BBB"}
    assert of(17, "DDD", "is_dnp") == {True}
    assert of(17, "AAA", "fg_attempts") == {None}
    assert of(18, "CCC", "turnovers") == {None}
    assert of(19, "DDD", "minutes_played") == {None}
    assert of(19, "AAA", "minutes_played") == {0}
    assert of(19, "DDD", "points") == of(19, "BBB", "points") == {7}
    assert of(19, "DDD", "opponent_team_abbr") == {"BBB"}
    scored = Counter()
    for row in rows:
        if row["game_date"] == SEASON_2024[19]:
            scored[row["team_abbr"]] += row["points"] or 0
    assert scored["BBB"] == scored["DDD"] == 14
