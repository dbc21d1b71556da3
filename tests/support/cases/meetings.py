"""Features 29, 30 and 33: games against the opponent, and games missed."""

from __future__ import annotations

from cases.player_rows import TARGET
from feature_cases import Case, D, absence, ago, game, games

MEETINGS = [
    Case(
        "meetings are all played games against the opponent in 365 days, of any season and team",
        [
            game(ago(366), 77, season=2023),
            game(ago(365), 31, season=2023),
            game(ago(300), 22, season=2023, team="CCC"),
            game(ago(280), 66, season=2023, opponent="EEE"),
            absence(ago(50)),
            game(ago(40), 55, is_dnp=True),
            game(ago(30), 12),
            game(ago(10), 90, opponent="EEE"),
            # The opponent's games against others, and a player of the opponent.
            game(ago(20), 44, player="bob", team="BBB", opponent="AAA"),
            TARGET,
            game(D.replace(month=2, day=2), 88),
        ],
        {
            "avg_points_vs_opponent": (31 + 22 + 12) / 3,
            "games_vs_opponent": 3.0,
            "feature_29_quality": 100.0,
            "points_avg_season": (12 + 90) / 2,
        },
    ),
    Case(
        "without a meeting the value is the mean of the season",
        [*games([40, 2, 17, 5, 23, 11, 8, 29, 3, 14, 26, 7], opponent="EEE"), TARGET],
        {
            "avg_points_vs_opponent": 185 / 12,
            "games_vs_opponent": 0.0,
            "feature_29_source": "calculated",
            "feature_29_quality": 100.0,
        },
    ),
    Case(
        "a meeting of the last season counts without a game in this one",
        [game(ago(200), 18, season=2023), game(ago(190), 70, season=2023, opponent="EEE"), TARGET],
        {
            "avg_points_vs_opponent": 18.0,
            "games_vs_opponent": 1.0,
            "points_avg_season": None,
        },
    ),
]

ABSENCES = [
    Case(
        "the rate is of the newest ten rows of the season, and of rows that say so",
        [
            *(absence(ago(250 - n), season=2023) for n in range(3)),
            *(absence(ago(60 - n)) for n in range(3)),
            absence(ago(40)),
            game(ago(38), 10),
            game(ago(36), 0, minutes=0, is_dnp=False),
            game(ago(34), None, minutes=None, is_dnp=None),
            absence(ago(32)),
            game(ago(30), 10),
            absence(ago(28)),
            game(ago(26), 10, is_dnp=True),
            game(ago(24), 10),
            game(ago(22), 10, is_dnp=False),
            TARGET,
        ],
        # Ten rows, of which four say so; ten rows are a full window, though four were played.
        {"dnp_rate": 4 / 10, "feature_33_quality": 100.0, "feature_1_quality": 87.0},
    ),
    Case(
        "three rows suffice for a rate",
        [absence(ago(6)), absence(ago(4)), game(ago(2), 10), TARGET],
        {"dnp_rate": 2 / 3, "feature_33_quality": 87.0},
    ),
    Case(
        "two rows are too few for a rate",
        [absence(ago(4)), game(ago(2), 10), TARGET],
        {"dnp_rate": None, "feature_33_quality": 40.0},
    ),
    Case(
        "nine rows do not fill the window of the rate, though one more was last season",
        [
            absence(ago(250), season=2023),
            absence(ago(50)),
            *games([10] * 8),
            TARGET,
        ],
        {"dnp_rate": 1 / 9, "feature_33_quality": 87.0},
    ),
]

CASES = [*MEETINGS, *ABSENCES]
