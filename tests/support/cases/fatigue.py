"""Feature 5, and 4: how tired a player is, by the days of the games and their minutes."""

from __future__ import annotations

from feature_cases import Case, D, absence, ago, game

TARGET = game(D, 99, minutes=48)


def played(*days, minutes=30, **columns):
    """Games so many days before, each of so many minutes, or of those of a list."""
    of = minutes if isinstance(minutes, list) else [minutes] * len(days)
    return [game(ago(d), 10, minutes=m, **columns) for d, m in zip(days, of, strict=True)]


def case(name, rows, score, week=None):
    expected = {"fatigue_score": float(score), "feature_5_quality": 100.0}
    if week is not None:
        expected["games_in_last_7_days"] = float(week)
    return Case(name, [*rows, TARGET], expected)


REST = [
    case(
        "a game the day before costs 15, and does not count as a pair with today's",
        played(1, 3),
        100 - 15,
    ),
    case("a game two days before changes nothing", played(2, 3), 100 - 5, 2),
    case("three days of rest add 5", played(3, 4), 100 + 5 - 5),
    case("ten days of rest add 5", played(10, 11), 100 + 5 - 5, 0),
    case("rest adds 5 and not more", played(3, 4, 5), 100 + 5 - 12),
    case("a score ends at 100", played(3), 100, 1),
    case("an absence the day before costs nothing", [*played(2, 4), absence(ago(1))], 100, 2),
    case(
        "rest is since the last game, whatever was not played since",
        [*played(4, 5), absence(ago(1)), absence(ago(2))],
        100 + 5 - 5,
    ),
    case(
        "a game the day before of another season costs nothing",
        [*played(2, 5), *played(1, 3, season=2023)],
        100,
        2,
    ),
]

WEEK = [
    case("three games in seven days cost nothing", played(2, 4, 6, minutes=20), 100, 3),
    case("four games in seven days cost 10", played(2, 4, 6, 7, minutes=20), 100 - 10 - 5, 4),
    case("the eighth day does not belong to the week", played(2, 4, 6, 8, minutes=20), 100, 3),
    case("the seventh day belongs to the week", played(1, 3, 5, 7, minutes=20), 100 - 15 - 10, 4),
    case(
        "games not played do not count for the week",
        [*played(2, 4, 6, minutes=20), absence(ago(1)), absence(ago(5)), absence(ago(7))],
        100,
        3,
    ),
    case(
        "games of another season do not count for the week",
        [*played(2, 4, minutes=20), *played(5, 6, 7, season=2023, minutes=48)],
        100,
        2,
    ),
]

# Seven games in a row cost 15, 10 and 12, for any minutes.
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
MINUTES = [
    case(
        "240 minutes in a week cost nothing",
        played(*EVERY_DAY, minutes=[34, 34, 34, 34, 34, 35, 35]),
        100 - 15 - 10 - 12,
        7,
    ),
    case(
        "more than 240 minutes in a week cost 10",
        played(*EVERY_DAY, minutes=[34, 34, 34, 34, 34, 35, 35.1]),
        100 - 15 - 10 - 12 - 10,
    ),
    case(
        "all costs together",
        played(*EVERY_DAY, minutes=[35, 35, 35, 35, 35, 35, 35.1]),
        100 - 15 - 10 - 12 - 10 - 8,
    ),
    case("35 minutes a game cost nothing", played(2, 4, minutes=[35.5, 34.5]), 100),
    case("more than 35 minutes a game cost 8", played(2, 4, minutes=[35.5, 34.6]), 100 - 8),
    case(
        "unknown minutes are 0, and their game counts",
        played(2, 4, minutes=[40, None]),
        100,
        2,
    ),
    case("minutes of the seventh day count", played(2, 7, minutes=[34, 37]), 100 - 8, 2),
    case("minutes of the eighth day do not count", played(2, 8, minutes=[34, 48]), 100, 1),
    case(
        "minutes of a row named absent do not count",
        [*played(2, 4, minutes=34), game(ago(6), 30, minutes=48, is_dnp=True)],
        100,
        2,
    ),
    case("without a game in the week its minutes cost nothing", played(9, minutes=48), 100, 0),
]

PAIRS = [
    case("one pair of days costs 5", played(2, 9, 10), 100 - 5, 1),
    case("two pairs cost 12", played(2, 9, 10, 12, 13), 100 - 12),
    case("three days in a row are two pairs", played(2, 9, 10, 11), 100 - 12),
    case("three pairs cost 12", played(2, 9, 10, 11, 12), 100 - 12),
    case("a pair's second game 14 days before counts", played(2, 14, 15), 100 - 5),
    case("a pair's second game 15 days before does not", played(2, 15, 16), 100),
    case("days that are not in a row are not a pair", played(2, 9, 11, 13), 100),
    case(
        "an absence does not make a pair",
        [*played(2, 9, 11), absence(ago(10)), absence(ago(8)), absence(ago(3))],
        100,
    ),
    case(
        "a game of another season does not make a pair",
        [*played(2, 9), *played(10, season=2023)],
        100,
    ),
]

CASES = [
    *REST,
    *WEEK,
    *MINUTES,
    *PAIRS,
    Case(
        "without a game the fatigue is missing",
        [absence(ago(3)), TARGET],
        {"fatigue_score": None, "feature_5_quality": 40.0, "games_in_last_7_days": 0.0},
    ),
]
