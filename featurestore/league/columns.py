"""The columns of the generated tables; the warehouse's other columns are NULL."""

from __future__ import annotations

import pyarrow as pa

_INT = [
    "season_year",
    "points",
    "assists",
    "offensive_rebounds",
    "defensive_rebounds",
    "steals",
    "blocks",
    "turnovers",
    "fg_attempts",
    "fg_makes",
    "three_pt_attempts",
    "three_pt_makes",
    "ft_attempts",
    "ft_makes",
    "plus_minus",
    "personal_fouls",
    "paint_attempts",
    "paint_makes",
    "mid_range_attempts",
    "mid_range_makes",
    "three_attempts_pbp",
    "three_makes_pbp",
]
_BOOL = ["has_complete_shot_zones", "starter_flag", "win_flag", "is_active", "is_dnp"]
_DECIMAL = {
    "minutes_played": (5, 1), "usage_rate": (6, 2), "points_line": (4, 1), "opening_line": (4, 1)
}  # fmt: skip
_TEXT = [
    "player_lookup",
    "universal_player_id",
    "player_full_name",
    "game_id",
    "team_abbr",
    "opponent_team_abbr",
    "player_status",
    "dnp_reason",
    "dnp_reason_category",
    "primary_source_used",
    "data_hash",
]
SUMMARY_SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXT]
    + [("game_date", pa.date32())]
    + [(name, pa.int64()) for name in _INT]
    + [(name, pa.bool_()) for name in _BOOL]
    + [(name, pa.decimal128(*digits)) for name, digits in _DECIMAL.items()]
    + [(name, pa.timestamp("us", tz="UTC")) for name in ("created_at", "processed_at")]
)
REPORT_SCHEMA = pa.schema(
    [
        ("report_date", pa.date32()),
        ("report_hour", pa.int64()),
        ("game_date", pa.date32()),
        ("game_id", pa.string()),
        ("team", pa.string()),
        ("player_full_name", pa.string()),
        ("player_lookup", pa.string()),
        ("injury_status", pa.string()),
        ("reason", pa.string()),
    ]
)
