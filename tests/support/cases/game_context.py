"""Features 10, 15-17 and 25-28, and the days of the calendar: what is known of the game itself."""

from __future__ import annotations

from datetime import date, timedelta

from feature_cases import Case, D, absence, ago, game

HOME = [
    Case(
        f"a game {game_id} is at home for AAA: {home}",
        [game(D) | {"game_id": game_id}],
        {"home_away": home, "is_home": home == 1.0, "feature_15_quality": 100.0},
    )
    for game_id, home in (
        ("20250131_BBB_AAA", 1.0),
        ("20250131_AAA_BBB", 0.0),
        ("20250131_BBB_CCC", 0.0),
        ("20250131_BBB_AAA_2", 1.0),
        ("20250131_BBB_CCC_AAA", 0.0),
        ("0022400123", 0.0),
        ("20250131_AAA", 0.0),
    )
]

BACK_TO_BACK = [
    Case(
        f"rows of the days before: {name}",
        [*rows, game(D)],
        {"back_to_back": value, "days_rest": days},
    )
    for name, rows, value, days in (
        ("a game the day before", [game(ago(1))], 1.0, 1),
        ("a game two days before", [game(ago(2))], 0.0, 2),
        ("an absence the day before", [absence(ago(1)), game(ago(3))], 0.0, 3),
        ("of another season", [game(ago(1), season=2023)], 0.0, None),
        ("of the team alone", [game(ago(1), player="bob"), game(ago(3))], 0.0, 3),
        ("none", [], 0.0, None),
    )
]

# First day and first playoff day, from the contract.
SEASONS = {
    2018: (date(2018, 10, 16), date(2019, 4, 13)),
    2019: (date(2019, 10, 22), date(2020, 8, 17)),
    2020: (date(2020, 12, 22), date(2021, 5, 22)),
    2021: (date(2021, 10, 19), date(2022, 4, 16)),
    2022: (date(2022, 10, 18), date(2023, 4, 15)),
    2023: (date(2023, 10, 24), date(2024, 4, 20)),
    2024: (date(2024, 10, 22), date(2025, 4, 19)),
    2025: (date(2025, 10, 21), date(2026, 4, 18)),
}


def on(name, day, season, playoffs, *, early):
    return Case(
        f"{name} of {season}",
        [game(day, season=season)],
        {
            "playoff_game": playoffs,
            "early_season_flag": early,
            "data_source": "early_season" if early else "calculated",
            "feature_17_quality": 40.0 if playoffs is None else 100.0,
        },
        day=day,
    )


CALENDAR = [
    case
    for season, (first, playoffs) in SEASONS.items()
    for case in (
        on("the day before the first", first - timedelta(days=1), season, 0.0, early=False),
        on("the first day", first, season, 0.0, early=True),
        on("the fourteenth day", first + timedelta(days=13), season, 0.0, early=True),
        on("the fifteenth day", first + timedelta(days=14), season, 0.0, early=False),
        on("the eve of the playoffs", playoffs - timedelta(days=1), season, 0.0, early=False),
        on("the first playoff day", playoffs, season, 1.0, early=False),
    )
] + [
    on("a day in the next season's first", date(2024, 10, 23), 2023, 1.0, early=False),
    on("a day of another season's playoffs", date(2024, 4, 25), 2024, 0.0, early=False),
    on("a day the calendar lacks", date(2029, 10, 25), 2029, None, early=False),
]

LINES = [
    Case(
        f"a line of {line} that opened at {opening}",
        [game(D, points_line=line, opening_line=opening)],
        {
            "vegas_points_line": line,
            "vegas_opening_line": found,
            "vegas_line_move": move,
            "has_vegas_line": has,
            "feature_25_quality": 0.0 if line is None else 100.0,
            "feature_26_quality": 0.0 if found is None else 100.0,
            "feature_27_quality": 0.0 if move is None else 100.0,
            "feature_28_quality": 100.0,
            "feature_28_source": "calculated",
        },
    )
    for line, opening, found, move, has in (
        (20.5, 19.0, 19.0, 1.5, 1.0),
        (19.0, 20.5, 20.5, -1.5, 1.0),
        (20.5, None, 20.5, 0.0, 1.0),
        (None, 19.0, 19.0, None, 0.0),
        (None, None, None, None, 0.0),
        (0.0, 0.0, 0.0, 0.0, 1.0),
    )
] + [
    Case(
        "lines are the target row's, not those of an earlier game",
        [game(ago(2), points_line=30.5, opening_line=28.5), game(D)],
        {"vegas_points_line": None, "vegas_opening_line": None, "has_vegas_line": 0.0},
    ),
]

# Each case has its own game date, because whether there is a report at all concerns the whole date.
FIRST = date(2025, 2, 20)


def injuries(n, name, reports, risk, player="ann"):
    day = FIRST + timedelta(days=n)
    return Case(
        f"{name}: {risk}",
        [game(day)],
        {"injury_risk": risk, "feature_10_quality": 40.0 if risk is None else 100.0},
        day=day,
        reports=[
            {
                "player_lookup": who,
                "game_date": day + timedelta(days=later),
                "report_date": day - timedelta(days=days),
                "report_hour": hour,
                "injury_status": status,
            }
            for who, days, hour, status, *more in reports
            for later in (more or [0])
        ],
        player=player,
    )


INJURIES = [
    injuries(2 * n, name, reports, risk)
    for n, (name, reports, risk) in enumerate(
        (
            ("no report", [], None),
            ("a report on another player", [("zoe", 1, 10, "Out")], 0.0),
            ("a report on nobody", [(None, 1, 10, "Out")], 0.0),
            ("available", [("ann", 1, 10, "AVAILABLE")], 0.0),
            ("probable", [("ann", 1, 10, "Probable")], 1.0),
            ("questionable", [("ann", 1, 10, "qUESTIONABLE")], 2.0),
            ("doubtful", [("ann", 1, 10, "doubtful")], 3.0),
            ("out", [("ann", 1, 10, "OUT")], 3.0),
            ("another status", [("ann", 1, 10, "suspended")], 0.0),
            ("no status", [("ann", 1, 10, None)], 0.0),
            ("a report of the day itself", [("ann", 0, 10, "Out")], 3.0),
            ("a report after the game", [("ann", -1, 10, "Out")], None),
            ("reports before and after", [("ann", 1, 10, "Probable"), ("ann", -1, 1, "Out")], 1.0),
            ("a newer date at an earlier hour",
             [("ann", 0, 9, "Questionable"), ("ann", 1, 20, "Out")], 2.0),
            ("a later hour", [("ann", 0, 9, "Out"), ("ann", 0, 10, "Probable")], 1.0),
            ("a later hour that says available",
             [("ann", 0, 9, "Out"), ("ann", 0, 17, "Available")], 0.0),
            ("the same hour", [("ann", 0, 9, "Probable"), ("ann", 0, 9, "Doubtful"),
                               ("ann", 0, 9, "Questionable")], 3.0),
            ("an unknown hour is the oldest",
             [("ann", 0, None, "Out"), ("ann", 0, 0, "Probable")], 1.0),
            ("an unknown hour of a newer date",
             [("ann", 0, None, "Out"), ("ann", 1, 23, "Probable")], 3.0),
            ("a newer report on another player",
             [("ann", 1, 9, "Questionable"), ("zoe", 0, 9, "Out")], 2.0),
            ("a report on tomorrow's game", [("ann", 0, 9, "Out", 1)], None),
            ("a newer report on tomorrow's game",
             [("ann", 0, 9, "Out", 1), ("ann", 1, 9, "Probable")], 1.0),
        )
    )
]  # fmt: skip

CASES = [*HOME, *BACK_TO_BACK, *CALENDAR, *LINES, *INJURIES]
