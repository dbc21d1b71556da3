"""Players whom an injury report lists and who have no summary row: the same rules for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from featurestore import league

# What a row says of itself, not of the player: the summary's own id and lines, and the verdict.
OWN = {"processing_decision_reason", "is_training_ready", "universal_player_id"}


def report(day, player="ann", status="Out", **columns):
    return {
        "report_date": day,
        "report_hour": 9,
        "game_date": day,
        "game_id": f"{day:%Y%m%d}_BBB_AAA",
        "player_lookup": player,
        "injury_status": status,
        **columns,
    }


@pytest.fixture(scope="module")
def made():
    return league.generate(teams=6, games_per_team=30, seasons=(2023, 2024), trades=2, seed=11)


def days_with_absent(summary, count):
    """The dates with most players who did not play, latest first among equals."""
    absent = summary.filter(pc.field("is_dnp"))
    days = absent.group_by("game_date").aggregate([("player_lookup", "count")]).to_pylist()
    days.sort(key=lambda row: (-row["player_lookup_count"], -row["game_date"].toordinal()))
    return [row["game_date"] for row in days[:count]]


def test_a_listed_player_gets_the_values_of_a_row_without_play(made, compute_table):
    """Rows of absent players are removed and the players listed: nothing may change besides."""
    summary, compared = made.player_game_summary, 0
    # An absent player's row may have a line; a report never has one.
    for name in ("points_line", "opening_line"):
        column = summary.schema.get_field_index(name)
        kind = summary.schema.field(name).type
        summary = summary.set_column(column, name, pa.nulls(summary.num_rows, kind))
    for day in days_with_absent(summary, 3):
        gone = pc.field("is_dnp") & (pc.field("game_date") == day)
        absent = summary.filter(gone)
        reports = [
            report(day, player, team=team)
            for player, team in zip(
                absent["player_lookup"].to_pylist(), absent["team_abbr"].to_pylist(), strict=True
            )
        ]
        expected = compute_table(summary, reports, day, day).to_pylist()
        parted = compute_table(
            summary.filter(~gone), reports, day, day, include_injured=True
        ).to_pylist()
        assert len(expected) == len(parted)
        for had, has in zip(expected, parted, strict=True):
            differ = {name for name in had if had[name] != has[name]}
            assert differ <= OWN, (had["player_lookup"], day, differ)
            compared += has["processing_decision_reason"] is not None
    assert compared > 20


def test_every_other_row_stays_bit_for_bit_the_same(made, compute_table):
    """A listed row is not in any window, not even in later ones of its player."""
    day, days = date(2024, 12, 1), 45
    summary = made.player_game_summary
    hurt = sorted(set(summary["player_lookup"].to_pylist()))[::3]
    when = (pc.field("game_date") >= day) & (pc.field("game_date") < day + timedelta(days=20))
    gone = pc.field("player_lookup").isin(hurt) & when
    reports = [
        report(day + timedelta(days=n), player) for n in range(days) for player in hurt
    ] + made.injury_report.to_pylist()
    args = (summary.filter(~gone), reports, day, day + timedelta(days=days))
    plain = compute_table(*args)
    more = compute_table(*args, include_injured=True)
    listed = pc.is_valid(more["processing_decision_reason"])
    assert pc.sum(listed).as_py() > 50
    assert more.filter(pc.invert(listed)).equals(plain)
    again = compute_table(*args, include_injured=True, threads=1)
    assert again.equals(more)


def test_a_listed_row_does_not_depend_on_the_range(made, compute_table):
    day = date(2024, 12, 10)
    hurt = sorted(set(made.player_game_summary["player_lookup"].to_pylist()))[::5]
    gone = pc.field("player_lookup").isin(hurt) & (pc.field("game_date") >= day)
    summary = made.player_game_summary.filter(~gone)
    reports = [report(day + timedelta(days=n), player) for n in range(10) for player in hurt]
    last = day + timedelta(days=9)
    at_once = compute_table(summary, reports, day, last, include_injured=True)
    for n in range(10):
        one = day + timedelta(days=n)
        alone = compute_table(summary, reports, one, one, include_injured=True)
        assert alone.equals(at_once.filter(pc.field("game_date") == one))


@pytest.fixture
def games(make_game):
    """AAA and BBB meet on three dates; ann plays the first two, bob and cid all."""
    first = date(2025, 1, 10)
    rows = [
        make_game(first + timedelta(days=2 * n), 10 + n, player=player, **side)
        for n in range(3)
        for player, side in (
            ("ann", {}),
            ("bob", {}),
            ("cid", {"team": "BBB", "opponent": "AAA", "home": False}),
        )
        if player != "ann" or n < 2
    ]
    return rows, first + timedelta(days=4)


@pytest.fixture
def row_of(games, compute_rows):
    def find(player, reports, rows=None):
        day = games[1]
        result = compute_rows(rows or games[0], reports, day, day, include_injured=True)
        return next((row for row in result if row["player_lookup"] == player), None)

    return find


def test_team_game_and_opponent_are_those_of_the_team(games, row_of):
    day = games[1]
    row = row_of("ann", [report(day)])
    assert (row["game_id"], row["opponent_team_abbr"]) == (f"{day:%Y%m%d}_BBB_AAA", "BBB")
    assert row["is_home"]
    assert (row["days_rest"], row["feature_0_value"], row["feature_10_value"]) == (2, 10.5, 3.0)
    assert row["processing_decision_reason"] == "no_game_summary: listed out"


def test_the_team_that_the_report_names_overrides_the_last_row(games, row_of):
    day = games[1]
    row = row_of("ann", [report(day, team="BBB")])
    assert (row["opponent_team_abbr"], row["is_home"]) == ("AAA", False)
    # A name that is not a team of the date is ignored.
    row = row_of("ann", [report(day, team="Anywhere Acorns")])
    assert (row["opponent_team_abbr"], row["is_home"]) == ("BBB", True)


@pytest.mark.parametrize("status", ["Available", "PROBABLE", "questionable", "Doubtful", "OUT"])
def test_the_newest_status_is_recorded_for_any_status(games, row_of, status):
    day = games[1]
    reports = [report(day, status=status), report(day - timedelta(days=1), status="Out")]
    reports[1]["game_date"] = day
    row = row_of("ann", reports)
    assert row["processing_decision_reason"] == f"no_game_summary: listed {status.lower()}"


def test_a_listed_player_without_any_row_gets_one_of_defaults(games, row_of):
    day = games[1]
    row = row_of("new", [report(day, "new", team="AAA", status=None)])
    assert row["universal_player_id"] is None
    assert row["feature_0_source"] == "default"
    assert row["required_default_count"] > 0
    assert row["processing_decision_reason"] == "no_game_summary: listed without a status"


def test_a_team_without_rows_or_a_later_report_lists_no_player(games, row_of):
    day = games[1]
    assert row_of("new", [report(day, "new", team="CCC")]) is None
    late = report(day + timedelta(days=1))
    late["game_date"] = day
    assert row_of("ann", [late]) is None


def test_a_player_with_a_summary_row_is_not_listed(games, row_of):
    day = games[1]
    assert row_of("bob", [report(day, "bob")])["processing_decision_reason"] is None


def test_a_listed_row_is_never_training_ready(make_game, compute_rows):
    """With a season behind him he would be: but he has no result to learn from."""
    zones = {
        "paint_attempts": 5, "paint_makes": 3, "mid_range_attempts": 3, "mid_range_makes": 1,
        "three_attempts_pbp": 4, "three_makes_pbp": 1, "fg_attempts": 12, "ft_attempts": 4,
        "ft_makes": 3, "offensive_rebounds": 1, "turnovers": 2, "usage_rate": 20,
    }  # fmt: skip
    first = date(2024, 11, 20)
    rows = [
        make_game(first + timedelta(days=2 * n), 10 + n % 3, player=player, **side, **zones)
        for n in range(25)
        for player, side in (
            ("ann", {}),
            ("bob", {}),
            ("cid", {"team": "BBB", "opponent": "AAA", "home": False}),
        )
    ]
    last = first + timedelta(days=48)
    rows = [row for row in rows if (row["player_lookup"], row["game_date"]) != ("ann", last)]
    result = compute_rows(rows, [report(last)], last, last, include_injured=True)
    by_player = {row["player_lookup"]: row for row in result}
    assert by_player["bob"]["is_training_ready"]
    assert by_player["ann"]["is_quality_ready"]
    assert not by_player["ann"]["is_training_ready"]


def test_by_default_no_row_is_written(games, compute_rows):
    rows, day = games
    result = compute_rows(rows, [report(day)], day, day)
    assert [row["player_lookup"] for row in result] == ["bob", "cid"]
    assert datetime(2026, 1, 1, tzinfo=UTC) == result[0]["created_at"]
