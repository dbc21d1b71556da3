"""The rows that a value rests on: without all the others, the value is the same, bit for bit."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from pyarrow import compute

from featurestore.compute.request import ComputeRequest
from featurestore.definitions import sql_files, tables
from featurestore.definitions.features import features
from featurestore.league import edge_cases
from featurestore.testing import make_game
from featurestore.testing.computing import insert_rows, store_rows
from featurestore.verify.source_rows import TracedDay
from featurestore.verify.source_tables import read_rows
from sync.duck import connections
from sync.duck.types import create_table_sql
from sync.model import DateRange

FILES = sql_files.load("features")
NAMES = [one.feature_name for one in features()]
COMPUTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2025, 1, 31)


def traced(games, reports, day, files=FILES):
    """A date of some rows, traced; and what was read, numbered."""
    request = ComputeRequest(DateRange(day, day), COMPUTED_AT, include_bootstrap=True)
    with closing(connections.connect(None)) as con:
        for name, table_rows in ((tables.SUMMARY, games), (tables.INJURIES, reports)):
            table = tables.tables()[name]
            con.execute(f"CREATE SCHEMA {table.dataset}")
            con.execute(create_table_sql(table))
            insert_rows(con, name, table_rows)
        rows = read_rows(con, request, files)
    return TracedDay(rows, request, files), rows


def values(rows, kept, day):
    """Player to the store's row, computed from the kept rows alone."""
    left = {
        name: rows[name].filter(compute.is_in(rows[name]["_id"], pa.array(sorted(kept[name]))))
        for name in rows
    }
    games = left[tables.SUMMARY]
    for name in ("starter_flag", "win_flag", "is_active"):
        games = games.append_column(name, pa.repeat(pa.scalar(value=True), games.num_rows))
    stored = store_rows(games.drop(["_id"]), left[tables.INJURIES].drop(["_id"]), day, day)
    return {row["player_lookup"]: row for row in stored.to_pylist()}


def dates_of(table, count):
    dates = sorted({day.as_py() for day in table["game_date"]})
    return dates[3 :: (len(dates) - 3) // (count - 1)][:count]


def test_every_row_that_is_not_listed_can_be_deleted():
    made = edge_cases.hard_cases()
    rng = random.Random(19)
    checked = set()
    rows_checked = 0
    for turn, day in enumerate(dates_of(made.player_game_summary, 9)):
        source, rows = traced(made.player_game_summary, made.injury_report, day)
        every = {name: set(table["_id"].to_pylist()) for name, table in rows.items()}
        expected = values(rows, every, day)
        # Each player with another feature, so that a player's rows do not cover for another's.
        named = {
            player: NAMES[(place + turn * 7) % len(NAMES)] for place, player in enumerate(expected)
        }
        listed = {player: source.rows(player, name, prove=False) for player, name in named.items()}
        needed = {
            table: set().union(*(one.numbers(table) for one in listed.values())) for table in every
        }
        some = {
            table: {one for one in every[table] if one in needed[table] or rng.random() < 0.5}
            for table in every
        }
        again = values(rows, some if turn % 2 else needed, day)
        for player, name in named.items():
            column = f"feature_{NAMES.index(name)}_value"
            assert again[player][column] == expected[player][column], (player, day, name)
        checked |= set(named.values())
        rows_checked += len(named)
        source.close()
    assert checked == set(NAMES)
    assert rows_checked >= 200


def games_before():
    """Fourteen games of ann, of different points, the third newest not played; and her team's."""
    for number in range(1, 15):
        day = DAY - timedelta(days=2 * number - 1)
        yield make_game(day, 10 + number, usage_rate=20 + number, is_dnp=False)
        yield make_game(day, 30, player="bea", team="BBB", opponent="AAA", home=False)
    missed = DAY - timedelta(days=4)
    yield make_game(missed, None, minutes=None, is_dnp=True)
    yield make_game(DAY, 99)
    yield make_game(DAY, 98, player="bea", team="BBB", opponent="AAA", home=False)


PLAYED = [DAY - timedelta(days=2 * number - 1) for number in range(1, 15)]


@pytest.mark.parametrize(
    ("feature", "dates"),
    [
        ("points_avg_last_5", PLAYED[:5]),
        ("points_avg_last_10", PLAYED[:10]),
        ("points_avg_season", PLAYED),
        ("points_std_last_10", PLAYED[:10]),
        ("pts_slope_10g", PLAYED[:10]),
        ("recent_trend", PLAYED[:5]),
        ("usage_spike_score", PLAYED[:10]),
        ("games_in_last_7_days", PLAYED[:4]),
        ("back_to_back", PLAYED[:1]),
        ("minutes_avg_last_10", PLAYED[:10]),
        ("dnp_rate", sorted([*PLAYED, DAY - timedelta(days=4)])[:-11:-1]),
        ("games_vs_opponent", PLAYED),
        ("home_away", []),
        ("vegas_points_line", []),
    ],
)
def test_a_feature_of_a_player_lists_the_games_of_its_window(feature, dates, history):
    source, rows = history
    listed = source.rows("ann", feature)
    numbers = listed.numbers(tables.SUMMARY)
    of = {row["_id"]: row for row in rows[tables.SUMMARY].to_pylist()}
    assert listed.is_proven
    assert {of[one]["player_lookup"] for one in numbers} == {"ann"}
    assert sorted(of[one]["game_date"] for one in numbers) == sorted([*dates, DAY])


@pytest.fixture(scope="module")
def history():
    source, rows = traced(list(games_before()), [], DAY)
    yield source, rows
    source.close()


def test_a_listed_row_counts_for_the_columns_that_are_named(history):
    source, _ = history
    listed = source.rows("ann", "points_avg_last_5")
    named = listed.columns(tables.SUMMARY)
    # The row of the date itself is only there: its points are not known yet.
    own = [row["_id"] for row in source.fetch(tables.SUMMARY, named) if row["game_date"] == DAY]
    assert [named[one] for one in own] == [()]
    assert {named[one] for one in named if one not in own} == {("points",)}


def test_without_a_listed_row_of_a_mean_the_value_changes(history):
    source, rows = history
    listed = source.rows("ann", "points_avg_last_10")
    every = set(rows[tables.SUMMARY]["_id"].to_pylist())
    for number in listed.columns(tables.SUMMARY):
        kept = {tables.SUMMARY: every - {number}}
        assert source.computed("ann", "points_avg_last_10", kept) != (listed.value,)


def test_a_team_s_feature_lists_the_rows_of_both_teams(history):
    source, rows = history
    listed = source.rows("ann", "team_win_pct")
    of = {row["_id"]: row for row in rows[tables.SUMMARY].to_pylist()}
    players = {
        (of[one]["player_lookup"], of[one]["game_date"]) for one in listed.numbers(tables.SUMMARY)
    }
    assert players == {(player, day) for player in ("ann", "bea") for day in PLAYED} | {
        ("ann", DAY)
    }


def test_a_row_that_another_would_replace_is_listed():
    game = make_game(DAY - timedelta(days=2), 40)
    # It is newer, so it is kept: without it, the other row of that date would be played.
    kept = make_game(
        DAY - timedelta(days=2),
        None,
        minutes=None,
        is_dnp=True,
        game_id=game["game_id"].replace("BBB", "CCC"),
        processed_at=datetime(2025, 1, 2, tzinfo=UTC),
    )
    earlier = make_game(DAY - timedelta(days=5), 10)
    source, rows = traced([earlier, game, kept, make_game(DAY)], [], DAY)
    listed = source.rows("ann", "points_avg_last_5")
    of = {row["_id"]: row for row in rows[tables.SUMMARY].to_pylist()}
    assert listed.value == 10.0
    assert {of[one]["game_date"] for one in listed.numbers(tables.SUMMARY)} == {
        earlier["game_date"],
        game["game_date"],
        DAY,
    }
    source.close()


def changed(name, old, new):
    return [
        replace(one, text=one.text.replace(old, new)) if one.name == name else one for one in FILES
    ]


def test_a_feature_that_counts_all_games_lists_all_games():
    old = "CAST(games_last_7_days AS FLOAT64) AS games_in_last_7_days"
    new = "CAST(season_games AS FLOAT64) AS games_in_last_7_days"
    source, _ = traced(list(games_before()), [], DAY, changed("player_history", old, new))
    listed = source.rows("ann", "games_in_last_7_days")
    assert (listed.value, listed.how, listed.is_proven) == (14.0, "order", True)
    assert len(listed.numbers(tables.SUMMARY)) == 15  # And the date's own row.
    source.close()


def test_a_value_whose_sql_cannot_be_traced_depends_on_all_rows():
    old = "CAST(games_last_7_days AS FLOAT64) AS games_in_last_7_days"
    new = "CAST((SELECT MAX(season_games) FROM pregame) AS FLOAT64) AS games_in_last_7_days"
    source, _ = traced(list(games_before()), [], DAY, changed("player_history", old, new))
    listed = source.rows("ann", "games_in_last_7_days")
    assert (listed.value, listed.how, listed.is_proven) == (14.0, "all", None)
    assert "subquery" in source.problem
    source.close()


def test_a_player_without_a_row_on_the_date_has_no_source_rows(history):
    assert history[0].rows("zoe", "points_avg_last_5") is None
