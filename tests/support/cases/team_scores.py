"""Features 7 and 9: one team, or one of its players, against the other team."""

from __future__ import annotations

from cases.team_rows import box, changed, meet
from feature_cases import Case, D, absence, ago, game

TARGET = game(D, 99, minutes=48)
SLOW = box(90, 80, 0, 0, 0)
FAST = box(90, 95, 0, 0, 0)
PACE = [
    Case(
        f"a pace of {own['fg_attempts']} against {other['fg_attempts']} scores {score}",
        [*meet(4, "AAA", own, "CCC", own), *meet(5, "BBB", other, "DDD", other), TARGET],
        {"pace_score": score},
    )
    for own, other, score in (
        (SLOW, FAST, 3.0),
        (FAST, SLOW, -3.0),
        (SLOW, changed(SLOW, fg_attempts=85), 2.5),
        (changed(SLOW, fg_attempts=85), SLOW, -2.5),
    )
] + [
    Case(
        "without the opponent's pace the score of pace is missing",
        [*meet(5, "AAA", SLOW, "CCC", FAST), TARGET],
        {"pace_score": None, "feature_7_quality": 40.0},
    ),
    Case(
        "without the own team's pace the score of pace is missing",
        [*meet(5, "BBB", SLOW, "DDD", FAST), TARGET],
        {"pace_score": None, "feature_7_quality": 40.0},
    ),
]


def rest(player, opponent, team=None):
    """A game of ann, of her opponent and of her team, so many days before."""
    rows = [
        game(ago(player), 10, opponent="CCC"),
        game(ago(opponent), 10, player="ofBBB", team="BBB", opponent="DDD"),
    ]
    return rows + ([game(ago(team), player="ofAAA", opponent="CCC")] if team else [])


REST = [
    Case(
        f"rest of {player} days against {opponent} is an advantage of {value}",
        [*rest(player, opponent, team), TARGET],
        {"rest_advantage": value, "days_rest": player, "feature_9_quality": 100.0},
    )
    for player, opponent, team, value in (
        (3, 2, None, 1.0),
        (2, 3, None, -1.0),
        (4, 2, None, 2.0),
        (9, 1, None, 2.0),
        (1, 9, None, -2.0),
        (4, 3, 2, 1.0),
        (2, 2, 1, 0.0),
    )
] + [
    Case(
        "an opponent's game of another season does not count for its rest",
        [
            game(ago(4), 10, opponent="CCC"),
            game(ago(3), player="ofBBB", team="BBB", opponent="DDD", season=2023),
            TARGET,
        ],
        {"rest_advantage": None, "feature_9_quality": 40.0},
    ),
    Case(
        "an opponent's game on the date itself does not count for its rest",
        [
            game(ago(4), 10, opponent="CCC"),
            game(ago(5), player="ofBBB", team="BBB", opponent="DDD"),
            game(D, player="ofBBB", team="BBB", opponent="AAA", home=False),
            TARGET,
        ],
        {"rest_advantage": -1.0},
    ),
    Case(
        "an absence does not count for the player's rest",
        [
            absence(ago(2), opponent="CCC"),
            game(ago(3), player="ofBBB", team="BBB", opponent="DDD"),
            TARGET,
        ],
        {"rest_advantage": None},
    ),
]

CASES = [*PACE, *REST]
