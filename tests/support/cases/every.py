"""All cases of the feature contract."""

from __future__ import annotations

from cases import (
    fatigue,
    game_context,
    kept_rows,
    meetings,
    player_history,
    player_minutes,
    player_scores,
    store_row,
    team_form,
    team_scores,
    zones,
)

GROUPS = (
    kept_rows,
    player_history,
    player_scores,
    player_minutes,
    meetings,
    fatigue,
    team_form,
    team_scores,
    zones,
    game_context,
    store_row,
)
CASES = [case for group in GROUPS for case in group.CASES]
