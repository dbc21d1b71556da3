"""Features 8, 12, 21, 31 and 32: minutes, usage and free throws, some of them unknown."""

from __future__ import annotations

from cases.player_rows import LAST_SEASON, TARGET
from feature_cases import Case, ago, game, games

# Twenty games, ten of some minutes and then ten of others: what counts is the step from all to ten.
MINUTES_CHANGE = [
    Case(
        f"ten games of {new} minutes after ten of {old} change by {step}",
        [*games([10] * 20, minutes=[old] * 10 + [new] * 10), TARGET],
        {"minutes_change": step},
    )
    for old, new, step in (
        (24, 36, 2.0),
        (24.1, 35.9, 1.0),
        (27, 33, 1.0),
        (27.1, 32.9, 0.0),
        (32.9, 27.1, 0.0),
        (33, 27, -1.0),
        (35.9, 24.1, -1.0),
        (36, 24, -2.0),
    )
] + [
    Case(
        "minutes of 0 count in both means, unknown ones in neither",
        [
            *games([9] * 3, day=ago(40), minutes=30, season=2023),
            *games([2] + [10] * 12, minutes=[0, *[30] * 6, None, None, *[30] * 4]),
            TARGET,
        ],
        # 300 of eleven games, and 240 of the eight known of the newest ten.
        {"minutes_change": 1.0, "minutes_avg_last_10": 30.0},
    ),
    Case(
        "minutes of rows that were not played count in neither mean",
        [
            *games([10] * 20, minutes=[27] * 10 + [33] * 10),
            *(game(ago(days), 9, minutes=48, is_dnp=True) for days in (1, 3, 41, 43)),
            TARGET,
        ],
        {"minutes_change": 1.0, "minutes_avg_last_10": 33.0},
    ),
    Case(
        "games of 0 minutes among the newest ten count, too",
        # 240 minutes of the newest ten games, and 540 of twenty.
        [*games([2] * 20, minutes=[30] * 10 + [0, 40, 0, 40, 40, 0, 40, 40, 0, 40]), TARGET],
        {"minutes_change": -1.0, "minutes_avg_last_10": 40.0, "ppm_avg_last_10": 2 / 40},
    ),
    *(
        # Newest ten against all: a step exactly, which floats miss by their last bit.
        Case(
            f"a change of minutes of exactly {change} is a step in any order of summation",
            [*games([10] * len(minutes), minutes=minutes), TARGET],
            {"minutes_change": step},
        )
        for change, step, minutes in (
            (0.1, 1.0, [0.0, 31.3, *[30.0] * 9]),
            (0.2, 2.0, [0.0, 0.0, 32.4, *[30.0] * 9]),
            (-0.1, -1.0, [*[31.3] * 7, 31.8, *[25.0] * 9, 25.9]),
            (-0.2, -2.0, [*[42.0] * 5, 41.9, *[25.0] * 9, 26.9]),
        )
    ),
    Case(
        "without a known minute the change of minutes is missing",
        [*games([10] * 3, minutes=None), TARGET],
        {
            "minutes_change": None,
            "minutes_avg_last_10": None,
            "ppm_avg_last_10": None,
            "feature_12_quality": 40.0,
            "feature_31_quality": 40.0,
            "feature_32_quality": 40.0,
        },
    ),
    Case(
        "with a mean of 0 minutes the change is missing",
        [*games([10] * 3, minutes=0), TARGET],
        {"minutes_change": None, "minutes_avg_last_10": None, "ppm_avg_last_10": None},
    ),
]

MINUTES = [
    Case(
        "minutes and points a minute are of the newest ten, but for those without minutes",
        [
            *LAST_SEASON,
            *games(
                [30, 30, 12, 8, 2, 25, 17, 9, 6, 11, 5, 21],
                minutes=[5, 5, 20, 16, 0, 40, 34, None, 12, 22, 25, 28],
            ),
            TARGET,
        ],
        {
            "minutes_avg_last_10": (20 + 16 + 40 + 34 + 12 + 22 + 25 + 28) / 8,
            "ppm_avg_last_10": (
                12 / 20 + 8 / 16 + 25 / 40 + 17 / 34 + 6 / 12 + 11 / 22 + 5 / 25 + 21 / 28
            )
            / 8,
            # The window is full: ten games, though two lack minutes.
            "feature_31_quality": 100.0,
            "feature_32_quality": 100.0,
        },
    ),
]

USAGE = [
    Case(
        "usage is of the newest three and of all known ones of the newest ten",
        [
            *LAST_SEASON,
            *games(
                [10] * 12,
                usage_rate=[5.0, 40.0, 20.0, 22.5, None, 18.0, 25.5, 19.0, 21.0, 24.0, None, 27.5],
            ),
            TARGET,
        ],
        {"usage_spike_score": 0.3 * ((21.0 + 24.0 + 27.5) / 3 - 177.5 / 8)},
    ),
    Case(
        "a fall of usage is negative",
        [*games([10] * 6, usage_rate=[30.0, 30.0, 30.0, 24.0, 24.0, 24.0]), TARGET],
        {"usage_spike_score": 0.3 * (24 - 27)},
    ),
    Case(
        "a spike of usage ends at 3",
        [*games([10] * 10, usage_rate=[10.0] * 7 + [60.0] * 3), TARGET],
        {"usage_spike_score": 3.0},
    ),
    Case(
        "a fall of usage ends at -3",
        [*games([10] * 10, usage_rate=[60.0] * 7 + [10.0] * 3), TARGET],
        {"usage_spike_score": -3.0},
    ),
    Case(
        "five of the newest ten games with usage suffice",
        [*games([10] * 6, usage_rate=[10.0, None, 12.0, 14.0, 16.0, 18.0]), TARGET],
        {"usage_spike_score": 0.3 * (16 - 14), "feature_8_quality": 100.0},
    ),
    Case(
        "four of the newest ten games with usage do not, whatever was before",
        [*games([10] * 12, usage_rate=[20.0, 20.0, *[None] * 6, 20.0, 22.0, 24.0, 26.0]), TARGET],
        {"usage_spike_score": None, "feature_8_quality": 40.0},
    ),
]

FREE_THROWS = [
    Case(
        "free throws are a share of the points of the games of the newest ten that know them",
        [
            *LAST_SEASON,
            *games(
                [50, 50, 12, 8, 20, 25, 17, 9, 6, 11, 5, 21],
                ft_makes=[1, 1, 2, 4, None, 5, 0, None, 3, None, 2, 6],
                ft_attempts=[2, 2, 3, 4, 7, 6, 1, 4, 5, 9, 3, 8],
            ),
            TARGET,
        ],
        {"pct_free_throw": (2 + 4 + 5 + 0 + 3 + 2 + 6) / (12 + 8 + 25 + 17 + 6 + 5 + 21)},
    ),
    Case(
        "four of the newest ten games with free throws are too few, whatever was before",
        [*games([10] * 12, ft_makes=[2, 2, *[None] * 6, 2, 2, 2, 2]), TARGET],
        {"pct_free_throw": None, "feature_21_quality": 40.0},
    ),
    Case(
        "five games with free throws suffice",
        [*games([10] * 5, ft_makes=[1, 2, 3, 1, 2]), TARGET],
        {"pct_free_throw": 9 / 50, "feature_21_quality": 100.0},
    ),
    Case(
        "a share of free throws ends at a half",
        [*games([10] * 5, ft_makes=[6, 6, 6, 6, 6]), TARGET],
        {"pct_free_throw": 0.5},
    ),
    Case(
        "without a point the share of free throws is missing",
        [*games([0] * 5, ft_makes=[0] * 5), TARGET],
        {"pct_free_throw": None},
    ),
]

CASES = [*MINUTES_CHANGE, *MINUTES, *USAGE, *FREE_THROWS]
