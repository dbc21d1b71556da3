"""Features 13, 14 and 22-24: pace, ratings and wins over the last games of two teams."""

from __future__ import annotations

from statistics import mean

from cases.team_rows import (
    aaa,
    bbb,
    box,
    ccc,
    changed,
    ddd,
    def_rating,
    meet,
    off_rating,
    pace,
    possessions,
)
from feature_cases import Case, D, absence, ago, game

TARGET = game(D, 99, minutes=48)
COUNT = 17
WINDOWS = [
    row
    for n in range(COUNT)
    for row in (
        *meet(2 * (COUNT - n) + 1, "AAA", aaa(n), "CCC", ccc(n)),
        *meet(2 * (COUNT - n), "BBB", bbb(n), "DDD", ddd(n)),
    )
]
TEN, FIFTEEN = range(COUNT - 10, COUNT), range(COUNT - 15, COUNT)
WINS = sum(aaa(n)["points"] > ccc(n)["points"] for n in range(COUNT))
OWN_PACE = mean(pace(aaa(n), ccc(n)) for n in TEN)
OPPONENT_PACE = mean(pace(bbb(n), ddd(n)) for n in FIFTEEN)

# Four games of each this season, and more of the last one within the year.
SEASON = [
    row
    for n in range(5)
    for row in (
        *meet(2 * (5 - n) + 1, "AAA", aaa(n), "CCC", ccc(n)),
        *meet(2 * (5 - n), "BBB", bbb(n), "DDD", ddd(n)),
    )
]
LAST_SEASON = [
    row
    for n in range(6, 12)
    for row in (
        *meet(300 + 2 * n, "AAA", aaa(n), "CCC", ccc(n), season=2023),
        *meet(301 + 2 * n, "BBB", bbb(n), "DDD", ddd(n), season=2023),
    )
]
FIVE = range(5)

NORMAL = box(100, 80, 20, 10, 12)
OTHER = box(90, 85, 25, 12, 15)


def unknown(name):
    """A game of each side whose sum of one column is unknown, and a later one that is known."""
    return [
        *meet(6, "AAA", changed(NORMAL, **{name: None}), "CCC", OTHER),
        *meet(4, "AAA", aaa(1), "CCC", ccc(1)),
        *meet(5, "BBB", changed(NORMAL, **{name: None}), "DDD", OTHER),
        *meet(3, "BBB", bbb(1), "DDD", ddd(1)),
        # The other team's sum is unknown.
        *meet(10, "AAA", aaa(2), "CCC", changed(OTHER, **{name: None})),
        *meet(9, "BBB", bbb(2), "DDD", changed(OTHER, **{name: None})),
        TARGET,
    ]


def decided(*results):
    """Games of AAA, newest first, by points of both."""
    return [
        row
        for n, (own, other) in enumerate(results)
        for row in meet(
            2 * n + 2, "AAA", changed(NORMAL, points=own), "CCC", changed(OTHER, points=other)
        )
    ]


FORM = [
    Case(
        "ten games of the own team, fifteen of the opponent, each with its own minutes",
        [*WINDOWS, TARGET],
        {
            "team_pace": OWN_PACE,
            "team_off_rating": mean(off_rating(aaa(n)) for n in TEN),
            "team_win_pct": WINS / COUNT,
            "opponent_pace": OPPONENT_PACE,
            "opponent_def_rating": mean(def_rating(ddd(n)) for n in FIFTEEN),
            "pace_score": (OPPONENT_PACE - OWN_PACE) / 2,
            "rest_advantage": None,
        },
    ),
    Case(
        "team games of another season do not count, though they are of the year",
        [*SEASON, *LAST_SEASON, TARGET],
        {
            "team_pace": mean(pace(aaa(n), ccc(n)) for n in FIVE),
            "team_off_rating": mean(off_rating(aaa(n)) for n in FIVE),
            "team_win_pct": sum(aaa(n)["points"] > ccc(n)["points"] for n in FIVE) / 5,
            "opponent_pace": mean(pace(bbb(n), ddd(n)) for n in FIVE),
            "opponent_def_rating": mean(def_rating(ddd(n)) for n in FIVE),
        },
    ),
    Case(
        "with team games of another season alone all are missing",
        [*LAST_SEASON, game(ago(5), 10), TARGET],
        {
            "team_off_rating": None,
            "opponent_pace": None,
            "opponent_def_rating": None,
            "team_win_pct": None,
            "pace_score": None,
            "rest_advantage": None,
            "feature_7_quality": 40.0,
            "feature_13_quality": 40.0,
        },
    ),
    Case(
        "one team game suffices for a mean",
        [
            *meet(4, "AAA", aaa(3), "CCC", ccc(3)),
            *meet(5, "BBB", bbb(4), "DDD", ddd(4)),
            TARGET,
        ],
        {
            "team_pace": pace(aaa(3), ccc(3)),
            "team_off_rating": off_rating(aaa(3)),
            "opponent_pace": pace(bbb(4), ddd(4)),
            "opponent_def_rating": def_rating(ddd(4)),
            **{f"feature_{n}_quality": 100.0 for n in (7, 13, 14, 22, 23)},
            "feature_24_quality": 40.0,
        },
    ),
    Case(
        "a team game is its rows of the date, also of those who did not play",
        [
            *(row for n in range(11) for row in meet(2 * n + 4, "AAA", aaa(n), "CCC", ccc(n))),
            absence(ago(2), player="ofAAA", opponent="CCC"),
            *(row for n in range(16) for row in meet(2 * n + 5, "BBB", bbb(n), "DDD", ddd(n))),
            absence(ago(1), player="ofBBB", team="BBB", opponent="DDD"),
            game(ago(3), 10),
            TARGET,
        ],
        {
            # Of ten games the newest two are without a known sum, of fifteen the newest.
            "team_pace": mean(pace(aaa(n), ccc(n)) for n in range(8)),
            "team_off_rating": mean(off_rating(aaa(n)) for n in range(8)),
            "opponent_pace": mean(pace(bbb(n), ddd(n)) for n in range(14)),
            "opponent_def_rating": mean(def_rating(ddd(n)) for n in range(14)),
            "rest_advantage": 2.0,
        },
    ),
    Case(
        "sums are of the players who played, and leave out what is unknown of some",
        [
            *meet(4, "AAA", NORMAL, "CCC", OTHER),
            game(ago(4), 8, player="ofAAA2", opponent="CCC", minutes=25, fg_attempts=7,
                 ft_attempts=None, offensive_rebounds=2, turnovers=1),
            game(ago(4), 30, player="ofAAA3", opponent="CCC", is_dnp=True, fg_attempts=20,
                 ft_attempts=9, offensive_rebounds=3, turnovers=4, minutes=30),
            TARGET,
        ],
        {
            "team_off_rating": 100 * 108 / (87 + 0.44 * 20 - 12 + 13),
            "team_pace": 48 * ((87 + 0.44 * 20 - 12 + 13 + possessions(OTHER)) / 2) / (265 / 5),
        },
    ),
    Case(
        "the other team is who names this one as its opponent",
        [
            *meet(4, "AAA", NORMAL, "CCC", OTHER),
            # CCC on the same date against another: no rows of AAA's game.
            game(ago(4), player="late", team="CCC", opponent="EEE", **aaa(9)),
            # A row of a third team that names AAA is of AAA's game.
            game(ago(4), player="loan", team="FFF", opponent="AAA", **aaa(5)),
            TARGET,
        ],
        {
            "team_pace": 48
            * ((possessions(NORMAL) + possessions(OTHER) + possessions(aaa(5))) / 2)
            / (240 / 5),
            "team_off_rating": off_rating(NORMAL),
        },
    ),
]  # fmt: skip

UNKNOWN = [
    Case(
        f"an unknown sum of {name} makes possessions unknown, and not 0",
        unknown(name),
        {
            "team_pace": pace(aaa(1), ccc(1)),
            "team_off_rating": mean([off_rating(aaa(1)), off_rating(aaa(2))]),
            "opponent_pace": pace(bbb(1), ddd(1)),
            "opponent_def_rating": mean([def_rating(OTHER), def_rating(ddd(1))]),
        },
    )
    for name in ("fg_attempts", "ft_attempts", "offensive_rebounds", "turnovers")
] + [
    Case(
        f"{minutes} minutes of a team are 240",
        [
            *meet(4, "AAA", changed(NORMAL, minutes=minutes), "CCC", changed(OTHER, minutes=300)),
            TARGET,
        ],
        {"team_pace": pace(NORMAL, OTHER)},
    )
    for minutes in (0, None)
] + [
    Case(
        "without the other team's rows only the own points count",
        [
            game(ago(4), player="ofAAA", opponent="CCC", **NORMAL),
            game(ago(5), player="ofBBB", team="BBB", opponent="DDD", **NORMAL),
            TARGET,
        ],
        {
            "team_off_rating": off_rating(NORMAL),
            "team_pace": None,
            "opponent_pace": None,
            "opponent_def_rating": None,
        },
    ),
    Case(
        "possessions of 0 leave the rating missing",
        [
            *meet(4, "AAA", changed(NORMAL, fg_attempts=0, ft_attempts=0, offensive_rebounds=5,
                                    turnovers=5), "CCC", OTHER),
            *meet(6, "AAA", aaa(3), "CCC", ccc(3)),
            *meet(5, "BBB", NORMAL, "DDD", changed(OTHER, fg_attempts=0, ft_attempts=0,
                                                   offensive_rebounds=5, turnovers=5)),
            *meet(7, "BBB", bbb(3), "DDD", ddd(3)),
            TARGET,
        ],
        {
            "team_off_rating": off_rating(aaa(3)),
            "opponent_def_rating": def_rating(ddd(3)),
            "team_pace": mean(
                [48 * (possessions(OTHER) / 2) / (240 / 5), pace(aaa(3), ccc(3))]
            ),
        },
    ),
]  # fmt: skip

WON = [
    Case(
        "equal points are a game and no win",
        [*decided((100, 90), (90, 90), (80, 90), (100, 99), (70, 71)), TARGET],
        {"team_win_pct": 2 / 5, "feature_24_quality": 100.0},
    ),
    Case(
        "a game without the other team's points is neither won nor lost",
        [
            *decided((100, 90), (100, 90), (80, 90), (100, 99), (70, 71)),
            game(ago(12), player="ofAAA", opponent="CCC", **NORMAL),
            *meet(14, "AAA", NORMAL, "CCC", changed(OTHER, points=None)),
            TARGET,
        ],
        {"team_win_pct": 3 / 5},
    ),
    Case(
        "four decided games are too few for a share of wins",
        [
            *decided((100, 90), (100, 90), (80, 90), (100, 99)),
            game(ago(12), player="ofAAA", opponent="CCC", **NORMAL),
            TARGET,
        ],
        {"team_win_pct": None, "feature_24_quality": 40.0},
    ),
    Case(
        "the flag of a win is not read",
        [
            *(row | {"win_flag": True} for row in decided(*[(80, 90)] * 4, (100, 90))),
            TARGET,
        ],
        {"team_win_pct": 1 / 5},
    ),
]

CASES = [*FORM, *UNKNOWN, *WON]
