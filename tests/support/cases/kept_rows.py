"""Which of several rows of one player and date is kept, in every reading of the summary."""

from __future__ import annotations

from datetime import UTC, datetime

from feature_cases import Case, D, ago, game

OLD, NEW = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC)
TARGET = game(D, 99, minutes=48)
DAY = ago(2)
GOOD = f"{DAY:%Y%m%d}_BBB_AAA"


def row(points, **columns):
    return game(DAY, points, **{"processed_at": OLD} | columns)


KEPT = [
    Case(f"kept is {name}", [first, second, TARGET], {"points_avg_season": 10.0})
    for name, kept, dropped in (
        ("a proper game id before a newer row", row(10), row(40, game_id="0022400123",
                                                            processed_at=NEW)),
        ("a proper game id before one with more after it", row(10, game_id=GOOD),
         row(40, game_id=f"{GOOD}_2", processed_at=NEW)),
        ("a proper game id before one with more before it", row(10, game_id=GOOD),
         row(40, game_id=f"NBA{GOOD}", processed_at=NEW)),
        ("a proper game id before one in small letters", row(10, game_id=GOOD),
         row(40, game_id=GOOD.lower(), processed_at=NEW)),
        ("a proper game id before one with a team of digits", row(10, game_id=GOOD),
         row(40, game_id=f"{GOOD[:9]}1_2", processed_at=NEW)),
        ("a proper game id before one with a short date", row(10, game_id=GOOD),
         row(40, game_id=GOOD[2:], processed_at=NEW)),
        ("the newer row", row(10, processed_at=NEW), row(40)),
        ("the newer row before the smaller id", row(10, processed_at=NEW, game_id=GOOD),
         row(40, game_id=f"{GOOD[:9]}AAA_BBB")),
        ("a dated row before one without a date", row(10), row(40, processed_at=None)),
        ("the smaller id of equally new rows", row(10, game_id=f"{GOOD[:9]}AAA_BBB"),
         row(40, game_id=GOOD)),
        ("the smaller id before the smaller team", row(10, game_id=f"{GOOD[:9]}AAA_BBB", team="BBB",
                                                      opponent="AAA"), row(40, game_id=GOOD)),
        ("the smaller team of equal ids", row(10, game_id=GOOD),
         row(40, game_id=GOOD, team="BBB", opponent="AAA")),
    )
    for first, second in ((kept, dropped),)
]  # fmt: skip

CASES = [
    *KEPT,
    Case(
        "the order of the rows does not decide which is kept",
        [row(40), row(10, processed_at=NEW), TARGET],
        {"points_avg_season": 10.0},
    ),
    Case(
        "a kept row that was not played hides the played one",
        [game(ago(4), 20), row(40), row(None, processed_at=NEW, is_dnp=True), TARGET],
        {"points_avg_season": 20.0, "days_rest": 4},
    ),
    Case(
        "the target row is a kept one, too",
        [
            game(D, 1, points_line=20.5, processed_at=NEW),
            game(D, 2, points_line=10.5, opening_line=9.5, processed_at=OLD),
        ],
        {"vegas_points_line": 20.5, "vegas_opening_line": 20.5},
    ),
    Case(
        "a team's sums count a twice written game once, as it is kept",
        [
            game(DAY, 30, player="ofAAA", opponent="CCC", processed_at=NEW, fg_attempts=50,
                 ft_attempts=0, offensive_rebounds=0, turnovers=0),
            game(DAY, 90, player="ofAAA", opponent="CCC", processed_at=OLD, fg_attempts=90,
                 ft_attempts=0, offensive_rebounds=0, turnovers=0),
            TARGET,
        ],
        {"team_off_rating": 60.0},
    ),
    Case(
        "an absence that is written twice is one row",
        [
            game(DAY, None, is_dnp=True, processed_at=NEW),
            game(DAY, None, is_dnp=True, processed_at=OLD),
            game(ago(4), 10),
            TARGET,
        ],
        {"dnp_rate": None},
    ),
]  # fmt: skip
