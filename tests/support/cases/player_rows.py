"""Rows that the cases of a player's own games share."""

from __future__ import annotations

from feature_cases import D, ago, game

# Games of an earlier season, within 365 days, that only 29, 30 and the completeness may see.
LAST_SEASON = [
    game(ago(300 - 2 * n), 70 + 9 * n, season=2023, opponent="CCC", minutes=12.5, usage_rate=3.0,
         ft_makes=40, paint_attempts=9, mid_range_attempts=1, three_pt_attempts=0)
    for n in range(4)
]  # fmt: skip
TARGET = game(D, 99, minutes=48, usage_rate=90.0, ft_makes=30)
