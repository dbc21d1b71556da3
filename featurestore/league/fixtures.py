"""Who plays whom on which date: a regular season and best-of-seven playoffs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

TEAMS = [
    "ATL",
    "BOS",
    "BKN",
    "CHA",
    "CHI",
    "CLE",
    "DAL",
    "DEN",
    "DET",
    "GSW",
    "HOU",
    "IND",
    "LAC",
    "LAL",
    "MEM",
    "MIA",
    "MIL",
    "MIN",
    "NOP",
    "NYK",
    "OKC",
    "ORL",
    "PHI",
    "PHX",
    "POR",
    "SAC",
    "SAS",
    "TOR",
    "UTA",
    "WAS",
]
ALL_STAR_DAYS = 6
# How many games behind the others a team must be to play on the day after a game: with 2, most
# teams have 10 to 16 such days in 82 games, as in the real league.
BACK_TO_BACK_COST = 2


@dataclass(frozen=True, slots=True)
class Fixture:
    """One game: the date, the visitor and the host."""

    day: date
    away: str
    home: str

    @property
    def game_id(self) -> str:
        """``YYYYMMDD_AWAY_HOME``."""
        return f"{self.day:%Y%m%d}_{self.away}_{self.home}"


def regular_season(
    rng: Random, teams: Sequence[str], games_per_team: int, first: date, last: date
) -> list[Fixture]:
    """Games from ``first`` to ``last``, both included, in date order.

    No team plays twice on a date or on three dates in a row; there are no games for six days around
    the middle of February. A team may end up a game short if no opponent is left.
    """
    left = dict.fromkeys(teams, games_per_team)
    played: dict[str, list[date]] = {team: [] for team in teams}
    days = [d for d in _days(first, last) if not _is_all_star(d)]
    fixtures: list[Fixture] = []
    for index, day in enumerate(days):
        todo = sum(left.values()) // 2
        if not todo:
            break
        mean = todo / max(len(days) - index - 4, 1)
        game_count = min(max(round(mean + rng.uniform(-2.5, 2.5)), 1), len(teams) // 2)
        free = [t for t in teams if left[t] and not _is_tired(played[t], day)]
        eager = {team: left[team] + rng.random() * 3 for team in free}
        for team in free:
            if played[team][-1:] == [day - timedelta(days=1)]:
                eager[team] -= BACK_TO_BACK_COST
        free.sort(key=lambda team: (-eager[team], team))
        chosen = free[: game_count * 2]
        rng.shuffle(chosen)
        for away, home in zip(chosen[::2], chosen[1::2], strict=False):
            fixtures.append(Fixture(day, away, home))
            for team in (away, home):
                left[team] -= 1
                played[team].append(day)
    return fixtures


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _is_all_star(day: date) -> bool:
    start = date(day.year, 2, 14)
    return start <= day < start + timedelta(days=ALL_STAR_DAYS)


def _is_tired(played: list[date], day: date) -> bool:
    return played[-2:] == [day - timedelta(days=2), day - timedelta(days=1)]


def playoffs(
    teams: Sequence[str], first: date, play: Callable[[Fixture], str]
) -> Iterator[Fixture]:
    """Best-of-seven rounds among ``teams`` (best first), a game every other day.

    ``play`` plays a game and returns the winner; a series ends with the fourth win.
    """
    round_start, alive = first, list(teams)
    while len(alive) > 1:
        winners, last = [], round_start
        for number in range(len(alive) // 2):
            better, worse = alive[number], alive[-1 - number]
            wins = {better: 0, worse: 0}
            day = round_start + timedelta(days=number % 2)
            for game in range(7):
                home, away = (better, worse) if game in (0, 1, 4, 6) else (worse, better)
                fixture = Fixture(day, away, home)
                wins[play(fixture)] += 1
                yield fixture
                last = max(last, day)
                day += timedelta(days=2)
                if 4 in wins.values():
                    break
            winners.append(max(wins, key=lambda team: wins[team]))
        alive, round_start = winners, last + timedelta(days=3)
