"""Features 11, 35 and 36: how a player's newest games compare with the others."""

from __future__ import annotations

from cases.player_rows import TARGET
from feature_cases import Case, games

TREND = [
    Case(
        f"newest two of {last_two} after three of {before} trend by {step}",
        [*games([40, 0, 40, *before, *last_two]), TARGET],
        {"recent_trend": step},
    )
    for before, last_two, step in (
        ((10, 10, 10), (15, 15), 2.0),
        ((10, 10, 10), (14, 15), 1.0),
        ((9, 10, 11), (12, 12), 1.0),
        ((10, 10, 10), (12, 11), 0.0),
        ((10, 10, 10), (8, 9), 0.0),
        ((10, 10, 10), (8, 8), -1.0),
        ((10, 10, 10), (5, 6), -1.0),
        ((10, 10, 10), (5, 5), -2.0),
    )
]

SCORES = [
    Case(
        "a far better five games than the season's end at 3",
        [*games([0] * 40 + [20, 21, 20, 21, 20, 21, 20, 21, 20, 21]), TARGET],
        {"pts_vs_season_zscore": 3.0, "breakout_flag": 1.0},
    ),
    Case(
        "a far worse five games than the season's end at -3",
        [*games([40] * 40 + [20, 21, 20, 21, 20, 21, 20, 21, 20, 21]), TARGET],
        {"pts_vs_season_zscore": -3.0, "breakout_flag": 0.0},
    ),
    Case(
        "ten equal games have a score of 0 beside another season",
        [*games([30, 30, 30] + [12] * 10), TARGET],
        {"points_std_last_10": 0.0, "pts_vs_season_zscore": 0.0, "breakout_flag": 0.0},
    ),
    Case(
        "ten equal games above the season's are a breakout",
        [*games([3, 3, 3] + [12] * 10), TARGET],
        {"points_std_last_10": 0.0, "pts_vs_season_zscore": 0.0, "breakout_flag": 1.0},
    ),
    Case(
        "exactly one and a half deviations above the season is not a breakout",
        # A deviation of 2, and means of 15 and 12.
        [*games([2, 2, 12, 13, 15, 15, 10, 14, 14, 14, 17, 16]), TARGET],
        {"points_avg_last_5": 15.0, "breakout_flag": 0.0},
    ),
    Case(
        "one and a half deviations are not a breakout in any order of summation",
        # A deviation of 8/3, and means of 54/5 and 102/15: floats find 9e-16 more.
        [*games([0, 1, 0, 1, 0, 4, 12, 11, 7, 12, 10, 11, 13, 10, 10]), TARGET],
        {"points_avg_last_5": 10.8, "points_std_last_10": 8 / 3, "breakout_flag": 0.0},
    ),
    Case(
        "a little more than one and a half deviations is a breakout",
        [*games([0, 0, 0, 1, 0, 4, 12, 11, 7, 12, 10, 11, 13, 10, 10]), TARGET],
        {"points_std_last_10": 8 / 3, "breakout_flag": 1.0},
    ),
]

CASES = [*TREND, *SCORES]
