"""Slices that hypothesis makes: GoogleSQL's evaluator and DuckDB give the same store rows.

Hypothesis draws how a slice looks (its dates, and how often something is missing, doubled or odd)
and a seed; the values follow from the seed. So hundreds of cells need a handful of draws, and a
failing slice shrinks to the few oddities that matter.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from featurestore.league.season import REPORT_SCHEMA, SUMMARY_SCHEMA

pytestmark = pytest.mark.xdist_group("evaluator")

# Two seasons, the border of the first days, days in a row, and 365 and 366 days before the last.
DAYS = (
    date(2023, 11, 20), date(2023, 11, 21), date(2024, 4, 14), date(2024, 4, 20),
    date(2024, 10, 22), date(2024, 10, 23), date(2024, 10, 25), date(2024, 11, 1),
    date(2024, 11, 4), date(2024, 11, 5), date(2024, 11, 7), date(2024, 11, 9),
    date(2024, 11, 11), date(2024, 11, 13), date(2024, 11, 14), date(2024, 11, 15),
    date(2024, 11, 16), date(2024, 11, 18), date(2024, 11, 19), date(2024, 11, 20),
)  # fmt: skip
TEAMS = ("AAA", "BBB", "CCC", "DDD")
STATUSES = ("Out", "OUT", "doubtful", "Questionable", "Probable", "Available", None)
ODDITIES = (
    "no row", "not played", "unknown is_dnp", "no points", "no minutes", "zero minutes",
    "no usage", "no zones", "one zone", "tied zones", "no line", "no opening", "same points",
    "traded", "twice", "odd id", "team without rows", "reported",
)  # fmt: skip

looks = st.fixed_dictionaries({name: st.sampled_from((0.0, 0.05, 0.3, 0.9)) for name in ODDITIES})


class Slice:
    """The rows of one slice."""

    def __init__(self, seed, look, days):
        self.rng = Random(seed)
        self.look = look
        self.rows = []
        self.reports = []
        for number, day in enumerate(days):
            pairs = (TEAMS[:2], TEAMS[2:]) if number % 2 else (TEAMS[::2], TEAMS[1::2])
            for pair in pairs:
                for team, other in (pair, pair[::-1]):
                    if not self.odd("team without rows"):
                        self.play(day, team, other, pair)

    def odd(self, name):
        return self.rng.random() < self.look[name]

    def play(self, day, team, other, pair):
        for number in range(3):
            owner = self.rng.choice(TEAMS) if self.odd("traded") else team
            player = f"{owner}{number}".lower()
            if self.odd("no row") or any(
                row["player_lookup"] == player and row["game_date"] == day for row in self.rows
            ):
                continue
            row = self.row(day, player, team, other, f"{day:%Y%m%d}_{pair[0]}_{pair[1]}")
            self.rows.append(row)
            if self.odd("twice"):
                later = row["processed_at"] + timedelta(hours=self.rng.choice((-1, 0, 1)))
                self.rows.append(row | {"processed_at": later, "game_id": row["game_id"] + "X"})
            if self.odd("reported"):
                self.report(day, player)

    def row(self, day, player, team, other, game_id):
        rng = self.rng
        row = {
            "player_lookup": player,
            "universal_player_id": f"{player}_001",
            "game_id": f"002{day:%m%d}" if self.odd("odd id") else game_id,
            "game_date": day,
            "team_abbr": team,
            "opponent_team_abbr": other,
            "season_year": day.year if day.month > 7 else day.year - 1,
            "points": 12 if self.odd("same points") else rng.randrange(45),
            "minutes_played": Decimal(rng.randrange(1, 480)).scaleb(-1),
            "usage_rate": None if self.odd("no usage") else Decimal(rng.randrange(4500)).scaleb(-2),
            "is_dnp": None if self.odd("unknown is_dnp") else False,
            "starter_flag": rng.random() < 0.5,
            "win_flag": rng.random() < 0.5,
            "is_active": True,
            "offensive_rebounds": rng.choice((None, 0, 1, 4)),
            "turnovers": rng.choice((None, 0, 2, 5)),
            "fg_attempts": rng.choice((None, 0, 9, 20)),
            "three_pt_attempts": rng.randrange(9),
            "three_pt_makes": rng.randrange(4),
            "ft_attempts": rng.choice((None, 0, 6)),
            "ft_makes": rng.choice((None, 0, 5)),
            "processed_at": datetime(2025, 1, 1, rng.randrange(24), tzinfo=UTC),
        }
        if self.odd("not played"):
            return row | {"is_dnp": True, "points": rng.choice((None, 0)), "minutes_played": None}
        row |= self.zones() | self.lines()
        if self.odd("no points"):
            row["points"] = None
        if self.odd("no minutes"):
            row["minutes_played"] = None
        if self.odd("zero minutes"):
            row["minutes_played"] = Decimal(0)
        return row

    def zones(self):
        if self.odd("no zones"):
            return {}
        names = ("paint_{}", "mid_range_{}", "three_{}_pbp")
        if self.odd("one zone"):
            names = (self.rng.choice(names),)
        tries = [6] * 3 if self.odd("tied zones") else [self.rng.randrange(12) for _ in range(3)]
        found = {}
        for name, attempts in zip(names, tries, strict=False):
            found[name.format("attempts")] = attempts
            found[name.format("makes")] = self.rng.randrange(attempts + 1)
        return found

    def lines(self):
        if self.odd("no line"):
            return {}
        line = Decimal(self.rng.randrange(10, 80) * 5).scaleb(-1)
        opening = None if self.odd("no opening") else line + self.rng.choice((-1, 0, 1))
        return {"points_line": line, "opening_line": opening}

    def report(self, day, player):
        for before, hour in itertools.product((-1, 0, 1), (None, 9, 17)):
            if self.rng.random() < 0.4:
                self.reports.append(
                    {
                        "report_date": day - timedelta(days=before),
                        "report_hour": hour,
                        "game_date": day,
                        "team": player[:3].upper(),
                        "player_lookup": player,
                        "injury_status": self.rng.choice(STATUSES),
                    }
                )


@given(
    seed=st.integers(0, 2**32 - 1),
    look=looks,
    days=st.sets(st.sampled_from(DAYS), min_size=6, max_size=10).map(sorted),
)
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    # An explanation would cost dozens of evaluations more.
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
def test_both_engines_agree_on_slices_that_nobody_chose(
    evaluator, compute_table, both_engines, seed, look, days
):
    made = Slice(seed, look, days)
    both_engines(
        evaluator,
        compute_table,
        pa.Table.from_pylist(made.rows, schema=SUMMARY_SCHEMA),
        pa.Table.from_pylist(made.reports, schema=REPORT_SCHEMA),
        DAYS[0],
        DAYS[-1],
    )


def test_the_oddities_are_really_there():
    everything = Slice(1, dict.fromkeys(ODDITIES, 0.3), list(DAYS))
    rows = everything.rows
    keys = [(row["player_lookup"], row["game_date"]) for row in rows]
    assert len(set(keys)) < len(keys)
    for column in ("points", "minutes_played", "usage_rate", "is_dnp", "opening_line"):
        missing = [row.get(column) is None for row in rows]
        assert any(missing), column
        assert not all(missing), column
    assert {"paint_attempts" in row for row in rows} == {True, False}
    assert any(report["report_date"] > report["game_date"] for report in everything.reports)
