"""Rows of ``player_game_summary`` for tests. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

_REQUIRED = {"starter_flag": False, "win_flag": False, "is_active": True}


def make_game(
    day: date,
    points: int | None = 10,
    *,
    player: str = "ann",
    team: str = "AAA",
    opponent: str = "BBB",
    home: bool = True,
    season: int = 2024,
    minutes: float | None = 30,
    **columns: Any,
) -> dict[str, Any]:
    """One player's row of one game: the required columns, and those that you name.

    Args:
        day: The game's date in New York.
        points: None for a game without a result.
        player: ``player_lookup``.
        team: The player's team.
        opponent: The other team.
        home: Whether the player's team is the host.
        season: The year in which the season begins.
        minutes: Minutes played; None for a game that he did not play.
        columns: Other columns of the table; they override those above.
    """
    away, host = (opponent, team) if home else (team, opponent)
    return {
        "player_lookup": player,
        "game_id": f"{day:%Y%m%d}_{away}_{host}",
        "game_date": day,
        "team_abbr": team,
        "opponent_team_abbr": opponent,
        "season_year": season,
        "points": points,
        "minutes_played": minutes,
        "processed_at": datetime(2025, 1, 1, tzinfo=UTC),
        **_REQUIRED,
        **columns,
    }
