"""Players: invented names, skills, health, and trades. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

ROSTER_SIZE = 13
_FIRST = [
    "Al",
    "Ben",
    "Cal",
    "Dor",
    "El",
    "Fin",
    "Gar",
    "Hal",
    "Iv",
    "Jo",
    "Kel",
    "Lor",
    "Mar",
    "Ned",
    "Or",
    "Per",
    "Quin",
    "Ros",
    "Sol",
    "Tam",
]
_FIRST_END = ["an", "ius", "en", "o", "ric", "as", "ar", "in", "us", "y"]
_LAST = [
    "Abel",
    "Brook",
    "Cald",
    "Dun",
    "Ever",
    "Fal",
    "Green",
    "Hart",
    "Ing",
    "Kest",
    "Lang",
    "Mont",
    "North",
    "Oak",
    "Pen",
    "Rav",
]
_LAST_END = ["er", "ford", "son", "well", "ton", "ley", "wood", "hurst", "man", "field"]


@dataclass(slots=True)
class Player:
    """One player.

    Attributes:
        name: As printed.
        lookup: Lower-case letters only.
        role: Rank in the rotation at the start; 0 plays most.
        minutes: Mean minutes when healthy.
        shots: Field goals tried per minute.
        zones: Shares of paint, mid-range and three.
        skill: Multiplier on every make.
        out_games: Games until the player is fit again.
        reason: Injury, while out.
    """

    name: str
    lookup: str
    role: int
    minutes: float
    shots: float
    zones: tuple[float, float, float]
    skill: float
    out_games: int = 0
    reason: str = ""
    recent: list[int] = field(default_factory=list)


def make_rosters(rng: Random, teams: Sequence[str]) -> dict[str, list[Player]]:
    """Thirteen players per team; names are unique in the league."""
    taken: set[str] = set()
    return {team: [_make_player(rng, role, taken) for role in range(ROSTER_SIZE)] for team in teams}


def _make_player(rng: Random, role: int, taken: set[str]) -> Player:
    while True:
        first = rng.choice(_FIRST) + rng.choice(_FIRST_END)
        last = rng.choice(_LAST) + rng.choice(_LAST_END)
        lookup = (first + last).lower()
        if lookup not in taken:
            break
    taken.add(lookup)
    paint, three = rng.uniform(0.2, 0.6), rng.uniform(0.15, 0.45)
    paint, three = (paint, three) if paint + three < 0.9 else (0.5, 0.4)
    return Player(
        name=f"{first} {last}",
        lookup=lookup,
        role=role,
        minutes=max(35.0 - 2.7 * role + rng.uniform(-3, 3), 5.0),
        shots=rng.uniform(0.24, 0.5) * (1.15 - role * 0.02),
        zones=(paint, 1 - paint - three, three),
        skill=rng.uniform(0.88, 1.12),
    )


def trade(rng: Random, rosters: dict[str, list[Player]]) -> None:
    """Two teams exchange one player each."""
    one, two = rng.sample(sorted(rosters), 2)
    i, j = rng.randrange(ROSTER_SIZE), rng.randrange(ROSTER_SIZE)
    rosters[one][i], rosters[two][j] = rosters[two][j], rosters[one][i]
