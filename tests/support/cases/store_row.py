"""The store's other columns: arrays, defaults, qualities, score, tiers, readiness, hash."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import linear_regression, stdev

from feature_cases import NAMES, Case, D, game, games

# What each feature is filled with where it is missing; 0.0 where the contract has no default.
DEFAULTS = [
    *(10.0, 10.0, 10.0, 5.0, 0.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 112.0, 100.0),
    *(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.15, 100.0, 112.0, 0.5, 0.0, 0.0, 0.0, 0.0),
    *(10.0, 0.0, 28.0, 0.4, 0.0, 0.0, 0.0, 0.0),
]
NEVER_MISSING = {4, 15, 16, 28, 30}
NO_DEFAULT = {18, 19, 20, 25, 26, 27}
MISSING = [n for n in range(37) if n not in NEVER_MISSING]


def hashed(features):
    millionths = [(Decimal(v) * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP) for v in features]
    return hashlib.sha256(",".join(map(str, map(int, millionths))).encode()).hexdigest()


NOWHERE = date(2029, 12, 1)
EMPTY = Case(
    "a row of which nothing is known is made of defaults",
    [game(NOWHERE, season=2029)],
    {
        "features": DEFAULTS,
        "feature_names": NAMES,
        "feature_count": 37,
        "feature_version": "v2_37features",
        "data_hash": hashed(DEFAULTS),
        **{f"feature_{n}_value": None for n in MISSING},
        **{f"feature_{n}_source": "default" for n in MISSING},
        **{f"feature_{n}_quality": 0.0 if n in NO_DEFAULT else 40.0 for n in MISSING},
        **{f"feature_{n}_source": "calculated" for n in NEVER_MISSING},
        **{f"feature_{n}_quality": 100.0 for n in NEVER_MISSING},
        "default_feature_indices": MISSING,
        "default_feature_count": 32,
        "calculated_feature_count": 5,
        "required_default_count": 28,
        "matchup_default_count": 6,
        "player_history_default_count": 11,
        "team_context_default_count": 3,
        "vegas_default_count": 3,
        "game_context_default_count": 9,
        "matchup_quality_pct": 40.0,
        "player_history_quality_pct": (11 * 40 + 200) / 13,
        "team_context_quality_pct": 40.0,
        "vegas_quality_pct": 25.0,
        "game_context_quality_pct": (6 * 40 + 200) / 11,
        "feature_quality_score": 41.62,
        "quality_tier": "critical",
        "quality_alert_level": "red",
        "is_quality_ready": False,
        "is_training_ready": False,
        "early_season_flag": False,
        "data_source": "calculated",
        "days_rest": None,
    },
    day=NOWHERE,
)

SIX = [20, 12, 7, 9, 14, 8]
SIX_VALUES = [
    *(10.0, 70 / 6, 70 / 6, stdev(SIX), 3.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    *(112.0, 100.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.15, 100.0, 112.0, 0.5),
    *(20.5, 22.0, -1.5, 1.0, 70 / 6, 6.0, 30.0, 70 / 180, 0.0),
    linear_regression(range(6), SIX).slope,
    (10 - 70 / 6) / stdev(SIX),
    0.0,
]
HASH = Case(
    "the array holds values and defaults, and its hash their nearest millionths",
    [*games(SIX), game(D, points_line=20.5, opening_line=22.0)],
    {"features": SIX_VALUES, "data_hash": hashed(SIX_VALUES)},
)


def whole(season, day, *, count=12, every=2, without=(), report=True, line=20.5, opening=19.5):
    """Rows of a season, of its own, in which nothing is missing but what ``without`` names."""
    zones = {} if "zones" in without else {
        "paint_attempts": 5, "paint_makes": 3, "mid_range_attempts": 3, "mid_range_makes": 1,
        "three_attempts_pbp": 4, "three_makes_pbp": 1,
    }  # fmt: skip
    sums = {"fg_attempts": 12, "offensive_rebounds": 1, "turnovers": 2, "ft_attempts": 4}
    own = zones | sums
    if "usage" not in without:
        own["usage_rate"] = 20.0
    if "free throws" not in without:
        own["ft_makes"] = 3
    sides = [
        ("ann", "AAA", "CCC", own),
        ("cid", "CCC", "AAA", zones | sums),
        ("bob", "BBB", "DDD", zones | sums),
        ("dan", "DDD", "BBB", zones | sums),
    ]
    rows = [
        game(day - timedelta(days=every * n), 10 + n % 3, player=player, team=team,
             opponent=opponent, season=season, **columns)
        for n in range(1, count + 1)
        for player, team, opponent, columns in sides
        if not ("wins" in without and n > 4 and team in "AAA CCC" and player != "ann")
    ]  # fmt: skip
    rows.append(game(day, season=season, points_line=line, opening_line=opening))
    reports = [
        {"player_lookup": "ann", "game_date": day, "report_date": day, "report_hour": 9,
         "injury_status": "Available"}
    ] if report else []  # fmt: skip
    return rows, reports


def graded(name, season, missing, quality, tier, alert, *, expected=(), day=None, **options):
    """A whole row but for ``missing``; ``quality`` is the score."""
    day = day or date(season + 1, 1, 31)
    rows, reports = whole(season, day, **options)
    required = len(set(missing) - {10, 25, 26, 27})
    return Case(
        name,
        rows,
        {
            "default_feature_indices": sorted(missing),
            "default_feature_count": len(missing),
            "calculated_feature_count": 37 - len(missing),
            "required_default_count": required,
            "feature_quality_score": quality,
            "quality_tier": tier,
            "quality_alert_level": alert,
            "is_quality_ready": required == 0,
            "is_training_ready": required == 0,
            **dict(expected),
        },
        day=day,
        reports=reports,
    )


GRADED = [
    graded(
        "a row of which all is known is gold",
        2018, [], 100.0, "gold", "green",
        expected={
            **{f"feature_{n}_quality": 100.0 for n in range(37)},
            **{f"feature_{n}_source": "calculated" for n in range(37)},
            "matchup_quality_pct": 100.0, "player_history_quality_pct": 100.0,
            "team_context_quality_pct": 100.0, "vegas_quality_pct": 100.0,
            "game_context_quality_pct": 100.0,
        },
    ),
    graded(
        "an unknown opening of an unknown line costs three qualities, and none is required",
        2019, [25, 26, 27], 91.89, "silver", "green", line=None, opening=None,
        expected={"vegas_quality_pct": 25.0, "vegas_default_count": 3},
    ),
    graded(
        "an unknown line costs two qualities, and the row is silver",
        2020, [25, 27], 94.59, "silver", "green", line=None,
        expected={"vegas_quality_pct": 50.0, "vegas_default_count": 2},
    ),
    graded(
        "a date without reports and windows that are not full are gold",
        2021, [10], 96.27, "gold", "green", count=7, report=False,
        expected={
            **{f"feature_{n}_quality": 87.0 for n in (1, 3, 31, 32, 33, 34)},
            **{f"feature_{n}_quality": 100.0 for n in (0, 2, 8, 11, 12, 21, 22, 24)},
            "player_history_quality_pct": (7 * 100 + 6 * 87) / 13,
            "game_context_quality_pct": (10 * 100 + 40) / 11,
            "game_context_default_count": 1,
        },
    ),
    graded(
        "one required feature missing is poor, whatever the mean",
        2022, [21], 69.0, "poor", "yellow", without=("free throws",),
        expected={"game_context_default_count": 1, "game_context_quality_pct": 1040 / 11},
    ),
    graded(
        "a share of wins missing is of the team",
        2023, [24], 69.0, "poor", "yellow", without=("wins",),
        expected={"team_context_default_count": 1, "team_context_quality_pct": 80.0},
    ),
    graded(
        "four required features missing are poor",
        2024, [6, 18, 19, 20], 69.0, "poor", "yellow", without=("zones",), day=date(2024, 12, 15),
        expected={
            "matchup_default_count": 1, "matchup_quality_pct": 90.0,
            "game_context_default_count": 3, "game_context_quality_pct": 800 / 11,
        },
    ),
    graded(
        "five required features missing are critical",
        2025, [6, 8, 18, 19, 20], 49.0, "critical", "red", without=("zones", "usage"),
        expected={"matchup_default_count": 2, "matchup_quality_pct": 80.0},
    ),
    # Twelve games in the thirteen days before.
    graded(
        "a season's first days are ready, but not to learn from",
        2022, [], 100.0, "gold", "green", every=1, day=date(2022, 10, 31),
        expected={"is_training_ready": False, "early_season_flag": True},
    ),
]  # fmt: skip

CASES = [EMPTY, HASH, *GRADED]
