"""The players of the edge cases: each one's team, and what is unusual in his rows."""

from __future__ import annotations

from typing import Any

_ZONES = (
    "paint_attempts paint_makes mid_range_attempts mid_range_makes three_attempts_pbp "
    "three_makes_pbp"
).split()


def _zones(*values: int | None) -> dict[str, list[int | None]]:
    return {name: [value] for name, value in zip(_ZONES, values, strict=True)}


# A list has a value for each date of the season, from its first date; the last value is repeated.
CASES: dict[str, tuple[str, dict[str, list[Any]]]] = {
    # recent_trend and minutes_change exactly at their steps, on TARGET.
    "trendplusfive": ("AAA", {"points": [10] * 13 + [15], "minutes_played": [15] * 5 + [30]}),
    "trendplustwo": ("BBB", {"points": [10] * 13 + [12], "minutes_played": [16] * 5 + [22]}),
    "trendminustwo": ("CCC", {"points": [12] * 13 + [10], "minutes_played": [24] * 5 + [18]}),
    "trendminusfive": ("DDD", {"points": [15] * 13 + [10], "minutes_played": [28] * 5 + [16]}),
    # Ten equal scores: no deviation.
    "steady": ("AAA", {"points": [17]}),
    # The last five average 15: the season's 12 plus one and a half deviations of 2.
    "exactlybreakout": (
        "BBB", {"points": [6] * 5 + [18, 12, 18, 12] + [15]},
    ),
    # 240 minutes in the last seven days, 35 a game: at the limit, and just above it.
    "exactlytwoforty": ("BBB", {"minutes_played": [60]}),
    "overtwoforty": ("CCC", {"minutes_played": [60] * 14 + [60.1]}),
    "exactlythirtyfive": ("DDD", {"minutes_played": [34.9, 35.1] * 8}),
    "overthirtyfive": ("AAA", {"minutes_played": [35.1]}),
    # Played or not: minutes and points that contradict each other.
    "edge": (
        "BBB",
        {
            "points": [2, 4, 0, 0, None, 8, 0, None, 6],
            "minutes_played": [0, None, None, 0, 12, 20, 0.1, None, 30],
            "is_dnp": [False, None, False, False, False, True, None, None, None],
        },
    ),
    # No minutes recorded: 12, 31 and 32 have nothing to average.
    "nominutes": ("CCC", {"points": [3], "minutes_played": [None]}),
    "zerominutes": ("DDD", {"points": [3], "minutes_played": [0]}),
    "scoreless": ("AAA", {"points": [0]}),
    # Not played in three of the first rows, then eleven times running, then back.
    "benched": ("CCC", {"is_dnp": [False] * 2 + [True] * 12 + [False]}),
    "neverplayed": ("DDD", {"is_dnp": [True]}),
    # Five, and four, rows with usage in the last ten.
    "gappyusage": (
        "AAA",
        {"usage_rate": [20] * 5 + [None, 20, None, 21, None, 22, None, 23, None, 24]},
    ),
    "fewusage": ("BBB", {"usage_rate": [20.5] * 5 + [None] * 6 + [18.1] * 4 + [None]}),
    "nousage": ("CCC", {"usage_rate": [None]}),
    # Free throws: five rows, four rows, more than half of the points.
    "fivefreethrows": ("DDD", {"ft_makes": [2] * 5 + [None, 3] * 5 + [None]}),
    "fourfreethrows": ("AAA", {"ft_makes": [2] * 5 + [None] * 6 + [3] * 4 + [None]}),
    "onlyfreethrows": ("BBB", {"points": [9], "ft_makes": [9]}),
    # Zones: all, some, none; no attempt at all; ties; the box score's threes.
    "nozones": ("CCC", _zones(None, None, None, None, None, None)),
    "partialzones": ("DDD", _zones(6, 3, None, None, 4, 1)),
    "mixedzones": ("AAA", {**_zones(6, 3, 2, 1, 4, 1), "mid_range_attempts": [2, None, 5]}),
    "noattempts": ("BBB", _zones(0, 0, 0, 0, 0, 0)),
    "threewaytie": ("CCC", _zones(4, 2, 4, 1, 4, 3)),
    "paintmidtie": ("DDD", _zones(5, 2, 5, 1, 4, 3)),
    "midthreetie": ("AAA", _zones(3, 2, 5, 1, 5, 3)),
    "boxscorethrees": (
        "BBB",
        {**_zones(3, 2, 2, 1, None, None), "three_pt_attempts": [7], "three_pt_makes": [3]},
    ),
    "makesunknown": ("CCC", _zones(3, None, 9, None, 4, None)),
    # Lines: both, without opening, only opening, none.
    "lines": (
        "DDD",
        {"points_line": [20.5, 20.5, None, None], "opening_line": [21.5, None, 19.5, None]},
    ),
}  # fmt: skip
