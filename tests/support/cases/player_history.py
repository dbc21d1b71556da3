"""Features 0-3, 16, 34 and the completeness: which games are in a player's windows."""

from __future__ import annotations

from statistics import linear_regression, mean, stdev

from cases.player_rows import LAST_SEASON, TARGET
from feature_cases import Case, absence, ago, game, games

# Thirteen games at uneven distances, oldest first, with absences among them.
DAYS = [60, 55, 54, 49, 44, 40, 33, 31, 24, 20, 13, 9, 4]
POINTS = [31, 2, 17, 5, 23, 11, 8, 29, 3, 14, 26, 7, 19]
SEASON = [
    *LAST_SEASON,
    *(game(ago(day), value) for day, value in zip(DAYS, POINTS, strict=True)),
    # Three ways not to have played: named so, without points, without minutes and points.
    absence(ago(22)),
    game(ago(11), 44, minutes=30, is_dnp=True),
    game(ago(6), None, minutes=25),
    game(ago(2), 0, minutes=0),
    game(ago(1), 0, minutes=None),
    TARGET,
]
L5, L10 = POINTS[-5:], POINTS[-10:]


def day_dates(days):
    return [ago(day) for day in days]


HISTORY = [
    Case(
        "means, deviation and slope are of the newest games that were played this season",
        SEASON,
        {
            "points_avg_last_5": sum(L5) / 5,
            "points_avg_last_10": sum(L10) / 10,
            "points_avg_season": sum(POINTS) / 13,
            "points_std_last_10": stdev(L10),
            "pts_slope_10g": linear_regression(range(10), L10).slope,
            "pts_vs_season_zscore": (mean(L5) - mean(POINTS)) / stdev(L10),
            "breakout_flag": 0.0,
            "days_rest": 4,
            "back_to_back": 0.0,
            **{f"feature_{n}_quality": 100.0 for n in (0, 1, 2, 3, 11, 31, 32, 33, 34, 35, 36)},
            "historical_completeness": {
                "games_found": 10,
                "games_expected": 10,
                "is_complete": True,
                "is_bootstrap": False,
                "contributing_game_dates": day_dates(DAYS[:-11:-1]),
            },
        },
    ),
    Case(
        "three games fill a part of each window",
        [*LAST_SEASON, *games([12, 30, 7]), TARGET],
        {
            "points_avg_last_5": 49 / 3,
            "points_avg_last_10": 49 / 3,
            "points_avg_season": 49 / 3,
            "points_std_last_10": stdev([12, 30, 7]),
            "pts_slope_10g": None,
            "recent_trend": None,
            "pts_vs_season_zscore": 0.0,
            "minutes_change": 0.0,
            "minutes_avg_last_10": 30.0,
            "ppm_avg_last_10": 49 / 90,
            **{f"feature_{n}_quality": 87.0 for n in (0, 1, 3, 31, 32, 33)},
            **{f"feature_{n}_quality": 100.0 for n in (2, 4, 5, 12, 29, 35, 36)},
            "feature_11_quality": 40.0,
            "feature_34_quality": 40.0,
            "historical_completeness": {
                "games_found": 3,
                "games_expected": 7,
                "is_complete": False,
                "is_bootstrap": True,
                "contributing_game_dates": day_dates([2, 4, 6]),
            },
        },
    ),
    Case(
        "one game has a mean but not a deviation",
        [*games([12]), TARGET],
        {
            "points_avg_last_5": 12.0,
            "points_avg_last_10": 12.0,
            "points_avg_season": 12.0,
            "points_std_last_10": None,
            "pts_vs_season_zscore": None,
            "breakout_flag": None,
            "feature_0_quality": 87.0,
            "feature_1_quality": 87.0,
            "feature_3_quality": 40.0,
            "historical_completeness": {
                "games_found": 1,
                "games_expected": 1,
                "is_complete": True,
                "is_bootstrap": True,
                "contributing_game_dates": day_dates([2]),
            },
        },
    ),
    Case(
        "two games have a deviation",
        [*games([12, 15]), TARGET],
        {"points_std_last_10": stdev([12, 15]), "feature_3_quality": 87.0, "dnp_rate": None},
    ),
    Case(
        "four games are too few for a slope and a trend",
        [*games([1, 9, 2, 30]), TARGET],
        {
            "pts_slope_10g": None,
            "recent_trend": None,
            "feature_0_quality": 87.0,
            "feature_11_quality": 40.0,
            "feature_34_quality": 40.0,
        },
    ),
    Case(
        "five games suffice for a slope and a trend, and fill the window of five",
        [*games([1, 9, 2, 30, 4]), TARGET],
        {
            "points_avg_last_5": 46 / 5,
            "pts_slope_10g": linear_regression(range(5), [1, 9, 2, 30, 4]).slope,
            "recent_trend": 2.0,
            "feature_0_quality": 100.0,
            "feature_11_quality": 100.0,
            "feature_1_quality": 87.0,
            "feature_34_quality": 87.0,
        },
    ),
    Case(
        "nine games do not fill the window of ten",
        [*games([5, 8, 2, 9, 4, 4, 7, 1, 6]), TARGET],
        {
            **{f"feature_{n}_quality": 87.0 for n in (1, 3, 31, 32, 33, 34)},
            **{f"feature_{n}_quality": 100.0 for n in (0, 2, 11)},
            "points_avg_last_10": 46 / 9,
        },
    ),
    Case(
        "ten games fill the window of ten",
        [*games([5, 8, 2, 9, 4, 4, 7, 1, 6, 20]), TARGET],
        {
            **{f"feature_{n}_quality": 100.0 for n in (1, 3, 31, 32, 33, 34)},
            "points_avg_last_10": 66 / 10,
        },
    ),
    Case(
        "games of another season are not in the history, but are expected",
        [*LAST_SEASON, game(ago(1), 50, season=2023, opponent="CCC"), TARGET],
        {
            "points_avg_last_5": None,
            "points_avg_season": None,
            "fatigue_score": None,
            "games_in_last_7_days": 0.0,
            "back_to_back": 0.0,
            "days_rest": None,
            "minutes_change": None,
            "minutes_avg_last_10": None,
            "ppm_avg_last_10": None,
            "pct_paint": None,
            "dnp_rate": None,
            "avg_points_vs_opponent": None,
            "games_vs_opponent": 0.0,
            "historical_completeness": {
                "games_found": 0,
                "games_expected": 5,
                "is_complete": False,
                "is_bootstrap": True,
                "contributing_game_dates": [],
            },
        },
    ),
    Case(
        "games expected are those of 365 days, of any season, and ten at most",
        [
            *(game(ago(366 + 2 * n), season=2023) for n in range(3)),
            *(game(ago(365 - 2 * n), season=2023) for n in range(4)),
            absence(ago(200), season=2023),
            *games([1, 2, 3, 4, 5]),
            TARGET,
        ],
        {
            "historical_completeness": {
                "games_found": 5,
                "games_expected": 9,
                "is_complete": False,
                "is_bootstrap": True,
                "contributing_game_dates": day_dates([2, 4, 6, 8, 10]),
            },
        },
    ),
    Case(
        "with ten games expected a row is not bootstrap",
        [
            *(game(ago(365 - 2 * n), season=2023) for n in range(5)),
            *games([1, 2, 3, 4, 5]),
            TARGET,
        ],
        {
            "historical_completeness": {
                "games_found": 5,
                "games_expected": 10,
                "is_complete": False,
                "is_bootstrap": False,
                "contributing_game_dates": day_dates([2, 4, 6, 8, 10]),
            },
        },
    ),
    Case(
        "of fifteen games ten are found, and ten are expected",
        [*games(list(range(15))), TARGET],
        {
            "historical_completeness": {
                "games_found": 10,
                "games_expected": 10,
                "is_complete": True,
                "is_bootstrap": False,
                "contributing_game_dates": day_dates(range(2, 21, 2)),
            },
        },
    ),
]

# Who played: minutes or points, and not named absent; is_dnp is NULL in older rows.
PLAYED = [
    Case(
        f"a row with {points} points, {minutes} minutes and is_dnp {flag} counts: {counts}",
        [game(ago(4), 20), game(ago(2), points, minutes=minutes, is_dnp=flag), TARGET],
        {
            "points_avg_season": (20 + points) / 2 if counts else 20.0,
            "days_rest": 2 if counts else 4,
        },
    )
    for points, minutes, flag, counts in (
        (14, 30, None, True),
        (14, 30, False, True),
        (14, 30, True, False),
        (0, 0.5, None, True),
        (2, 0, None, True),
        (2, None, False, True),
        (0, 0, None, False),
        (0, None, False, False),
        (None, 30, None, False),
        (None, None, None, False),
    )
]

CASES = [*HISTORY, *PLAYED]
