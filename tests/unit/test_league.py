"""The generated league: the same by seed, and box scores that add up."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from featurestore import league
from featurestore.definitions.seasons import calendar
from featurestore.league.fixtures import TEAMS, regular_season


@pytest.fixture(scope="module")
def made():
    return league.generate(teams=8, games_per_team=60, seasons=(2023, 2024), seed=4)


@pytest.fixture(scope="module")
def rows(made):
    return made.player_game_summary.to_pylist()


def test_the_same_seed_gives_the_same_league_and_another_one_another():
    def small(seed):
        return league.generate(teams=2, games_per_team=4, seasons=(2024,), seed=seed)

    assert small(1) == small(1)
    assert small(1) != small(2)


def test_box_scores_add_up(rows):
    games = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if not row["is_dnp"]:
            games[row["game_id"]][row["team_abbr"]].append(row)
            twos = row["fg_makes"] - row["three_pt_makes"]
            assert row["points"] == 2 * twos + 3 * row["three_pt_makes"] + row["ft_makes"]
            for made, tried in (("fg_makes", "fg_attempts"), ("ft_makes", "ft_attempts")):
                assert 0 <= row[made] <= row[tried]
            if row["has_complete_shot_zones"]:
                zones = row["paint_attempts"] + row["mid_range_attempts"]
                assert zones + row["three_attempts_pbp"] == row["fg_attempts"]
    for teams in games.values():
        assert len(teams) == 2
        points, minutes = zip(
            *((sum(r["points"] for r in t), sum(r["minutes_played"] for r in t))
              for t in teams.values()), strict=True
        )  # fmt: skip
        assert points[0] != points[1]
        assert set(minutes) <= {Decimal(240), Decimal(265), Decimal(290)}
        assert len(set(minutes)) == 1


def test_no_player_plays_twice_on_a_date_and_keys_are_unique(rows):
    assert max(Counter((r["player_lookup"], r["game_date"]) for r in rows).values()) == 1
    teams = {(r["team_abbr"], r["game_date"], r["game_id"]) for r in rows}
    assert max(Counter((team, day) for team, day, _ in teams).values()) == 1


def test_the_season_has_its_calendar(rows):
    for year in (2023, 2024):
        first, playoffs = calendar()[year]
        days = {r["game_date"] for r in rows if r["season_year"] == year}
        assert min(days) >= first
        assert any(day >= playoffs for day in days)
        rest = date(year + 1, 2, 14)
        assert not days & {rest + timedelta(days=n) for n in range(6)}
        assert any(day + timedelta(days=1) in days for day in days)


def test_players_are_traded_injured_reported_and_left_out(made, rows):
    teams = defaultdict(set)
    for row in rows:
        teams[row["player_lookup"]].add(row["team_abbr"])
    assert any(len(members) > 1 for members in teams.values())
    assert {"injury", "coach_decision"} <= {r["dnp_reason_category"] for r in rows}
    listed = {(r["player_lookup"], r["game_date"]) for r in rows}
    reports = made.injury_report.to_pylist()
    assert all(r["report_date"] <= r["game_date"] for r in reports)
    assert any((r["player_lookup"], r["game_date"]) not in listed for r in reports)


def test_some_rows_have_lines_zones_and_usage(rows):
    played = [r for r in rows if not r["is_dnp"]]
    for column in ("points_line", "opening_line", "paint_attempts", "usage_rate"):
        missing = sum(r[column] is None for r in played)
        assert 0 < missing < len(played), column
    assert all(r["points_line"] for r in rows if r["opening_line"])


def test_corrections_are_later_versions_of_whole_dates(made, rows):
    later = made.corrections.to_pylist()
    days = {r["game_date"] for r in later}
    before = {(r["player_lookup"], r["game_date"]): r for r in rows if r["game_date"] in days}
    assert len(days) == 3
    assert len(later) == len(before) - len(days)
    changed = [r for r in later if r != before[r["player_lookup"], r["game_date"]]]
    assert changed
    assert all(
        r["processed_at"] > before[r["player_lookup"], r["game_date"]]["processed_at"]
        for r in changed
    )


def test_teams_play_on_two_days_in_a_row_as_often_as_real_ones():
    first, last = calendar()[2024][0], date(2025, 4, 11)
    days = defaultdict(set)
    for fixture in regular_season(Random(1), TEAMS, 82, first, last):
        days[fixture.home].add(fixture.day)
        days[fixture.away].add(fixture.day)
    in_a_row = sorted(
        sum(day + timedelta(days=1) in mine for day in mine) for mine in days.values()
    )
    assert {len(mine) for mine in days.values()} == {82}
    assert 10 <= in_a_row[len(in_a_row) // 2] <= 16
    assert in_a_row[-1] <= 20


def test_a_player_who_did_not_play_has_no_minutes(rows):
    assert {r["minutes_played"] for r in rows if r["is_dnp"]} == {None}
