"""Plays the seasons and writes them as warehouse rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet

from featurestore.definitions.seasons import calendar
from featurestore.league import boxscore, players
from featurestore.league.columns import REPORT_SCHEMA, SUMMARY_SCHEMA
from featurestore.league.fixtures import TEAMS, Fixture, playoffs, regular_season

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from featurestore.league.boxscore import Line
    from featurestore.league.players import Player

_STATUSES = ("Out", "OUT", "Doubtful", "Questionable", "Probable", "Available")
_INJURIES = ("Left Ankle; Sprain", "Right Knee; Soreness", "Illness; Illness", "Back; Spasms")
_ZONES = ("paint_{}", "mid_range_{}", "three_{}_pbp")
# Incomplete play-by-play data lacks one or two zones; below 0.86 it has all three.
_ZONES_KNOWN = ((0.92, 0.86, 0.86), (0.9, 0.94, 0.86), (0.86, 0.86, 0.92))
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class League:
    """The generated tables.

    Attributes:
        player_game_summary: Rows of ``nba_analytics.player_game_summary``; the columns it lacks
            are NULL.
        injury_report: Rows of ``nba_raw.nbac_injury_report``.
        corrections: Later versions of whole dates: some points corrected, a row deleted.
    """

    player_game_summary: pa.Table
    injury_report: pa.Table
    corrections: pa.Table

    def write(self, folder: Path) -> dict[str, Path]:
        """Write one Parquet file for each table, named like its attribute."""
        folder.mkdir(parents=True, exist_ok=True)
        files = {}
        for name in ("player_game_summary", "injury_report", "corrections"):
            files[name] = folder / f"{name}.parquet"
            parquet.write_table(getattr(self, name), files[name])
        return files


def generate(
    *,
    seed: int = 7,
    seasons: Sequence[int] = (2023, 2024),
    teams: int = 30,
    games_per_team: int = 82,
    trades: int = 20,
) -> League:
    """A league by seed: the same arguments yield the same rows, on every machine.

    Args:
        seed: Seed of the random numbers.
        seasons: Years in which seasons start; they must be in the season calendar.
        teams: 2 to 30, an even number.
        games_per_team: Games of the regular season; a team may end up one game short.
        trades: Exchanges of two players a season.
    """
    rng = Random(seed)
    names = TEAMS[:teams]
    world = _World(rng, players.make_rosters(rng, names))
    for year in seasons:
        world.play_season(year, names, games_per_team, trades)
    corrections = world.corrections()
    return League(
        pa.Table.from_pylist(world.rows, schema=SUMMARY_SCHEMA),
        pa.Table.from_pylist(world.reports, schema=REPORT_SCHEMA),
        pa.Table.from_pylist(corrections, schema=SUMMARY_SCHEMA),
    )


class _World:
    def __init__(self, rng: Random, rosters: dict[str, list[Player]]) -> None:
        self.rng = rng
        self.rosters = rosters
        self.rows: list[Row] = []
        self.reports: list[Row] = []
        self.wins: dict[str, int] = {}

    def play_season(
        self, year: int, teams: Sequence[str], games_per_team: int, trades: int
    ) -> None:
        first, playoff_day = calendar()[year]
        self.wins = dict.fromkeys(teams, 0)
        last = playoff_day - timedelta(days=5)
        fixtures = regular_season(self.rng, teams, games_per_team, first, last)
        trade_days = {
            fixtures[index].day
            for index in self.rng.sample(range(len(fixtures)), min(trades, len(fixtures)))
        }
        previous = first
        for fixture in fixtures:
            # Trades happen overnight: no player plays for two teams on a date.
            if fixture.day != previous and previous in trade_days:
                players.trade(self.rng, self.rosters)
            previous = fixture.day
            self.wins[self.play(fixture, year)] += 1
        size = 16 if len(teams) >= 16 else 2
        best = sorted(teams, key=lambda team: (-self.wins[team], team))[:size]
        for _ in playoffs(best, playoff_day, lambda fixture: self.play(fixture, year)):
            pass

    def play(self, fixture: Fixture, year: int) -> str:
        """Play a game, write its rows and reports; returns the winner."""
        overtimes = self.rng.choices((0, 1, 2), (94, 5, 1))[0]
        fit = {team: self._fit(team, fixture) for team in (fixture.home, fixture.away)}
        home, away = boxscore.play(
            self.rng, fit[fixture.home][:10], fit[fixture.away][:10], overtimes
        )
        for team, mine, theirs in ((fixture.home, home, away), (fixture.away, away, home)):
            self._write_team(fixture, year, team, mine, theirs)
        points = [sum(line.points for line in side) for side in (home, away)]
        return fixture.home if points[0] > points[1] else fixture.away

    def _fit(self, team: str, fixture: Fixture) -> list[Player]:
        """Healthy players in order of minutes; injuries begin, continue, and are reported."""
        roster = sorted(self.rosters[team], key=lambda p: (-p.minutes, p.lookup))
        out = 0
        for player in roster:
            if player.out_games:
                player.out_games -= 1
            elif self.rng.random() < 0.012 and out < 4:
                player.out_games = self.rng.choice((1, 1, 2, 3, 5, 9, 20))
                player.reason = self.rng.choice(_INJURIES)
            out += bool(player.out_games)
            if player.out_games or self.rng.random() < 0.03:
                self._report(player, team, fixture)
        fit = [player for player in roster if not player.out_games]
        return fit if len(fit) >= 8 else roster[:8]

    def _report(self, player: Player, team: str, fixture: Fixture) -> None:
        days = (fixture.day - timedelta(days=1), fixture.day)
        for day, hour in ((days[0], 17), (days[0], 20), (days[1], 11), (days[1], 17)):
            if self.rng.random() < 0.35:
                continue
            status = self.rng.choice(_STATUSES[:3] if player.out_games else _STATUSES[2:])
            self.reports.append(
                {
                    "report_date": day,
                    "report_hour": hour,
                    "game_date": fixture.day,
                    "game_id": fixture.game_id,
                    "team": team,
                    "player_full_name": player.name,
                    "player_lookup": player.lookup,
                    "injury_status": status,
                    "reason": f"Injury/Illness - {player.reason or _INJURIES[0]}",
                }
            )

    def _write_team(
        self,
        fixture: Fixture,
        year: int,
        team: str,
        mine: list[Line],
        theirs: list[Line],
    ) -> None:
        other = fixture.away if team == fixture.home else fixture.home
        margin = sum(line.points for line in mine) - sum(line.points for line in theirs)
        total_minutes = sum(line.minutes_tenths for line in mine)
        total_plays = sum(line.plays for line in mine)
        played = {line.player.lookup for line in mine}
        at = datetime.combine(fixture.day, time(9), UTC) + timedelta(days=1)
        frame = {
            "game_id": fixture.game_id,
            "game_date": fixture.day,
            "team_abbr": team,
            "opponent_team_abbr": other,
            "season_year": year,
            "win_flag": False,
            "primary_source_used": "generated",
            "created_at": at,
            "processed_at": at,
        }
        for number, line in enumerate(mine):
            share = line.minutes_tenths / max(total_minutes, 1)
            usage = 20 * line.plays / max(total_plays * share, 0.01)
            row = frame | self._played(line, number, usage, round(margin * share))
            self.rows.append(_signed(row))
        for player in self.rosters[team]:
            hurt = bool(player.out_games)
            # One injured player in seven is not listed at all, as in the real summaries.
            if player.lookup in played or (hurt and self.rng.random() < 0.15):
                continue
            self.rows.append(_signed(frame | _did_not_play(player, hurt=hurt)))

    def _played(self, line: Line, number: int, usage: float, plus_minus: int) -> Row:
        """The columns of a player who played; only some rows have zones, usage and lines."""
        rng, player = self.rng, line.player
        zones = rng.random()
        row = _identity(player) | {
            "points": line.points,
            "minutes_played": Decimal(line.minutes_tenths).scaleb(-1),
            "assists": line.assists,
            "offensive_rebounds": line.offensive_rebounds,
            "defensive_rebounds": line.defensive_rebounds,
            "steals": line.steals,
            "blocks": line.blocks,
            "turnovers": line.turnovers,
            "fg_attempts": sum(line.attempts),
            "fg_makes": sum(line.makes),
            "three_pt_attempts": line.attempts[2],
            "three_pt_makes": line.makes[2],
            "ft_attempts": line.ft_attempts,
            "ft_makes": line.ft_makes,
            "plus_minus": plus_minus,
            "personal_fouls": line.fouls,
            "has_complete_shot_zones": zones < 0.86,
            "usage_rate": None
            if rng.random() < 0.02 or usage > 999
            else Decimal(round(usage * 100)).scaleb(-2),
            "starter_flag": number < 5,
            "is_active": True,
            "player_status": "active",
            "is_dnp": False,
        }
        for zone, known_below in enumerate(_ZONES_KNOWN[int(zones * 100) % len(_ZONES_KNOWN)]):
            if zones < known_below:
                name = _ZONES[zone]
                row[name.format("attempts")] = line.attempts[zone]
                row[name.format("makes")] = line.makes[zone]
        recent = player.recent[-10:]
        if number < 8 and len(recent) >= 5 and rng.random() < 0.75:
            half_points = round(sum(recent) / len(recent) * 2 + rng.uniform(-2, 2))
            row["points_line"] = Decimal(max(half_points, 1) * 5).scaleb(-1)
            if rng.random() < 0.8:
                moved = max(half_points + rng.choice((-1, 0, 0, 1)), 1)
                row["opening_line"] = Decimal(moved * 5).scaleb(-1)
        player.recent.append(line.points)
        return row

    def corrections(self) -> list[Row]:
        """Later versions of three of the last dates: points corrected, one row deleted."""
        days: list[date] = sorted({row["game_date"] for row in self.rows})[-12::4]
        corrected = []
        for day in days:
            rows = [row for row in self.rows if row["game_date"] == day]
            for index, row in enumerate(rows[1:]):
                later = row["processed_at"] + timedelta(days=3)
                if index % 9 == 0 and row.get("points") is not None:
                    fixed = {
                        "points": row["points"] + 1,
                        "ft_makes": row["ft_makes"] + 1,
                        "ft_attempts": row["ft_attempts"] + 1,
                        "processed_at": later,
                    }
                    corrected.append(_signed(row | fixed))
                else:
                    corrected.append(row)
        return corrected


def _identity(player: Player) -> Row:
    return {
        "player_lookup": player.lookup,
        "universal_player_id": f"{player.lookup}_001",
        "player_full_name": player.name,
    }


def _did_not_play(player: Player, *, hurt: bool) -> Row:
    return _identity(player) | {
        "starter_flag": False,
        "is_active": not hurt,
        "player_status": "inactive" if hurt else "dnp",
        "is_dnp": True,
        "dnp_reason": player.reason if hurt else "DNP - Coach's Decision",
        "dnp_reason_category": "injury" if hurt else "coach_decision",
    }


def _signed(row: Row) -> Row:
    """The row with a hash over its content."""
    content = repr(sorted((k, str(v)) for k, v in row.items() if k != "data_hash"))
    return row | {"data_hash": hashlib.sha256(content.encode()).hexdigest()[:16]}
