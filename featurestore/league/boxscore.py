"""One game's box score: minutes and points add up, makes never exceed attempts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from featurestore.league.players import Player

_MAKE = (0.58, 0.42, 0.36)
_FREE_THROW = 0.78


@dataclass(slots=True)
class Line:
    """One player's game; minutes in tenths; shots by zone: paint, mid-range, three."""

    player: Player
    minutes_tenths: int
    attempts: list[int]
    makes: list[int]
    ft_attempts: int
    ft_makes: int
    offensive_rebounds: int
    defensive_rebounds: int
    assists: int
    turnovers: int
    steals: int
    blocks: int
    fouls: int

    @property
    def points(self) -> int:
        """Two for a basket, three for a three, one for a free throw."""
        paint, mid, three = self.makes
        return 2 * (paint + mid) + 3 * three + self.ft_makes

    @property
    def plays(self) -> float:
        """Possessions the player finished."""
        return sum(self.attempts) + 0.44 * self.ft_attempts + self.turnovers


def play(
    rng: Random, home: Sequence[Player], away: Sequence[Player], overtimes: int
) -> tuple[list[Line], list[Line]]:
    """Both teams' lines; the points are never tied."""
    pace = rng.uniform(0.92, 1.08)
    lines = [_team(rng, side, overtimes, pace) for side in (home, away)]
    totals = [sum(line.points for line in side) for side in lines]
    if totals[0] == totals[1]:
        hero = lines[rng.randrange(2)][0]
        hero.ft_attempts += 1
        hero.ft_makes += 1
    return lines[0], lines[1]


def _team(rng: Random, players: Sequence[Player], overtimes: int, pace: float) -> list[Line]:
    minutes = share_minutes(rng, [p.minutes for p in players], 2400 + 250 * overtimes, overtimes)
    return [
        _line(rng, player, tenths, pace) for player, tenths in zip(players, minutes, strict=True)
    ]


def share_minutes(rng: Random, means: Sequence[float], total: int, overtimes: int) -> list[int]:
    """Tenths of minutes that add up to ``total``, each at most the length of the game."""
    most = 480 + 50 * overtimes
    weights = [mean * rng.uniform(0.75, 1.25) for mean in means]
    shares = [min(int(total * w / sum(weights)), most) for w in weights]
    index = 0
    while (missing := total - sum(shares)) > 0:
        added = min(missing, most - shares[index % len(shares)], 50)
        shares[index % len(shares)] += added
        index += 1
    return shares


def _binomial(rng: Random, count: int, chance: float) -> int:
    return sum(rng.random() < chance for _ in range(count))


def _some(rng: Random, mean: float) -> int:
    return max(int(rng.gauss(mean, mean**0.5 * 0.9) + 0.5), 0)


def _line(rng: Random, player: Player, tenths: int, pace: float) -> Line:
    time = tenths / 10
    shots = _some(rng, player.shots * time * pace)
    paint = _binomial(rng, shots, player.zones[0])
    three = _binomial(rng, shots - paint, player.zones[2] / (1 - player.zones[0]))
    attempts = [paint, shots - paint - three, three]
    makes = [
        _binomial(rng, tried, min(chance * player.skill, 0.95))
        for tried, chance in zip(attempts, _MAKE, strict=True)
    ]
    free = _some(rng, 0.085 * time)
    return Line(
        player=player,
        minutes_tenths=tenths,
        attempts=attempts,
        makes=makes,
        ft_attempts=free,
        ft_makes=_binomial(rng, free, _FREE_THROW),
        offensive_rebounds=_some(rng, 0.042 * time),
        defensive_rebounds=_some(rng, 0.135 * time),
        assists=_some(rng, 0.105 * time),
        turnovers=_some(rng, 0.055 * time),
        steals=_some(rng, 0.03 * time),
        blocks=_some(rng, 0.02 * time),
        fouls=min(_some(rng, 0.08 * time), 6),
    )
