"""Slices that hypothesis makes: GoogleSQL's evaluator and DuckDB give the same store rows.

Hypothesis draws how a slice looks (its dates, and how often something is missing, doubled or odd)
and a seed; the values follow from the seed. So hundreds of cells need a handful of draws, and a
failing slice is told in a few lines.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from featurestore.league.columns import REPORT_SCHEMA, SUMMARY_SCHEMA

# Two seasons, the border of the first days, days in a row, and 365 and 366 days before the last.
DAYS = (
    date(2023, 11, 20), date(2023, 11, 21), date(2024, 4, 14), date(2024, 4, 20),
    date(2024, 10, 22), date(2024, 10, 23), date(2024, 10, 25), date(2024, 11, 1),
    date(2024, 11, 4), date(2024, 11, 5), date(2024, 11, 7), date(2024, 11, 9),
    date(2024, 11, 11), date(2024, 11, 13), date(2024, 11, 14), date(2024, 11, 15),
    date(2024, 11, 16), date(2024, 11, 18), date(2024, 11, 19), date(2024, 11, 20),
)  # fmt: skip
STATUSES = ("Out", "OUT", "doubtful", "Questionable", "Probable", "Available", None)
ODDITIES = (
    "no row", "not played", "unknown is_dnp", "no points", "no minutes", "zero minutes",
    "no usage", "no zones", "one zone", "tied zones", "no line", "no opening", "same points",
    "traded", "twice", "undated", "odd id", "team without rows", "reported",
)  # fmt: skip

# The pair of 365 days is always there; the day before it makes 366.
days_played = st.sets(st.sampled_from(DAYS), min_size=5, max_size=11).map(
    lambda days: sorted(days | {DAYS[1], DAYS[-1]})
)
looks = st.fixed_dictionaries({name: st.sampled_from((0.0, 0.05, 0.3, 0.9)) for name in ODDITIES})


class Slice:
    """The rows of one slice; the last letter of its teams tells it from another."""

    def __init__(self, seed, look, days, letter="X"):
        self.rng = Random(seed)
        self.look = look
        self.teams = teams = [2 * first + letter for first in "ABCD"]
        self.rows = []
        self.reports = []
        for number, day in enumerate(days):
            pairs = (teams[:2], teams[2:]) if number % 2 else (teams[::2], teams[1::2])
            for pair in pairs:
                for team, other in (pair, pair[::-1]):
                    if not self.odd("team without rows"):
                        self.play(day, team, other, pair)

    def odd(self, name):
        return self.rng.random() < self.look[name]

    def play(self, day, team, other, pair):
        for number in range(3):
            owner = self.rng.choice(self.teams) if self.odd("traded") else team
            player = f"{owner}{number}".lower()
            if any(row["player_lookup"] == player and row["game_date"] == day for row in self.rows):
                continue
            if self.odd("no row"):
                if self.odd("reported"):
                    self.report(day, player)
                continue
            row = self.row(day, player, team, other, f"{day:%Y%m%d}_{pair[0]}_{pair[1]}")
            self.rows.append(row)
            if self.odd("twice"):
                self.rows.append(self.second(row))
            if self.odd("reported"):
                self.report(day, player)

    def second(self, row):
        """The same game written again, with other points, at another time or under another key.

        The contract orders no two rows that share both.
        """
        changes = {"points": self.rng.randrange(45)}
        hours = (-1, 1)
        if self.odd("odd id"):
            changes["game_id"] = row["game_id"] + "x"
            hours = (-1, 0, 1)
        at = row["processed_at"] + timedelta(hours=self.rng.choice(hours))
        changes["processed_at"] = None if self.odd("undated") else at
        return row | changes

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
        columns = {}
        for name, attempts in zip(names, tries, strict=False):
            columns[name.format("attempts")] = attempts
            columns[name.format("makes")] = self.rng.randrange(attempts + 1)
        return columns

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
                        "team": self.rng.choice((None, "XXX", player[:3].upper())),
                        "player_lookup": player,
                        "injury_status": self.rng.choice(STATUSES),
                    }
                )


# An evaluation takes two seconds before it looks at the first row, so three slices share one.
@given(
    seed=st.integers(0, 2**32 - 1),
    drawn=st.lists(st.tuples(looks, days_played), min_size=3, max_size=3),
)
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    # To shrink or to explain a failure would take minutes: the message names a player and a date.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_both_engines_agree_on_random_slices(evaluator, compute_table, both_engines, seed, drawn):
    made = [
        Slice(seed + number, look, days, letter)
        for number, (letter, (look, days)) in enumerate(zip("XYZ", drawn, strict=True))
    ]
    rows = [row for one in made for row in one.rows]
    reports = [report for one in made for report in one.reports]
    both_engines(
        evaluator,
        compute_table,
        pa.Table.from_pylist(rows, schema=SUMMARY_SCHEMA),
        pa.Table.from_pylist(reports, schema=REPORT_SCHEMA),
        DAYS[0],
        DAYS[-1],
        True,
    )


def test_the_slices_have_the_odd_cases():
    everything = Slice(1, dict.fromkeys(ODDITIES, 0.3), list(DAYS))
    rows = everything.rows
    keys = [(row["player_lookup"], row["game_date"]) for row in rows]
    assert len(set(keys)) < len(keys)
    for column in ("points", "minutes_played", "usage_rate", "is_dnp", "opening_line"):
        missing = [row.get(column) is None for row in rows]
        assert any(missing), column
        assert not all(missing), column
    assert {"paint_attempts" in row for row in rows} == {True, False}
    reports = everything.reports
    assert any(report["report_date"] > report["game_date"] for report in reports)
    is_listed = [(report["player_lookup"], report["game_date"]) not in keys for report in reports]
    assert {True, False} == set(is_listed)
    assert {row["processed_at"] is None for row in rows} == {True, False}
