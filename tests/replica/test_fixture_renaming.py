"""Players of a fixture get other names, the same ones in every table and column."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from featurestore.compute.request import ComputeRequest
from featurestore.definitions import tables
from featurestore.fixture import workbench
from featurestore.fixture.description import COMPUTED_AT
from featurestore.fixture.renaming import rename_players
from featurestore.fixture.workbench import STORED
from featurestore.testing import make_game
from sync.model import DateRange

DAY = date(2025, 1, 31)
NAMES = {"zoeash": "Zoë Ash", "annlee": "Ann Lee", "bobray": "Bob Ray"}


@pytest.fixture
def renamed():
    with workbench.opened(ComputeRequest(DateRange(DAY, DAY), COMPUTED_AT)) as bench:
        rows = [
            make_game(DAY, player=player, universal_player_id=f"{player}_01",
                      player_full_name=name, dnp_reason=f"{name} is ill", dedup_key=f"k_{player}")
            for player, name in NAMES.items()
        ] + [make_game(DAY, player="sum_000001")]  # fmt: skip
        reports = [
            {"report_date": DAY, "game_date": DAY, "player_lookup": "bobray", "team": "AAA",
             "player_name_original": "Ray, Bob", "reason": "Bob's knee", "injury_status": "Out"},
            {"report_date": DAY, "game_date": DAY, "player_name_original": "Who, Dr"},
        ]  # fmt: skip
        bench.add(tables.SUMMARY, pa.Table.from_pylist(rows))
        bench.add(tables.INJURIES, pa.Table.from_pylist(reports))
        bench.choose([("zoeash", DAY)])
        bench.con.execute(
            f"CREATE TABLE {STORED} AS SELECT player_lookup, 'zoeash_01' AS universal_player_id"
            " FROM chosen"
        )
        bench.lay_out(bench.numbers())
        names = rename_players(bench)

        def read(sql):
            return bench.con.execute(sql).fetchall()

        yield names, read


def test_the_order_of_the_names_stays(renamed):
    names, _ = renamed
    assert names == {
        "annlee": "player_001",
        "bobray": "player_002",
        "zoeash": "player_004",
        "sum_000001": "sum_000001",
    }


def test_every_table_has_the_new_names(renamed):
    _, read = renamed
    assert read(
        f"SELECT player_lookup, universal_player_id, player_full_name FROM {tables.SUMMARY}"
        " ORDER BY 1"
    ) == [
        ("player_001", "id_001", "Player 001"),
        ("player_002", "id_002", "Player 002"),
        ("player_004", "id_003", "Player 004"),
        ("sum_000001", None, None),
    ]
    assert read(f"SELECT player_lookup, player_name_original, injury_status, team"
                f" FROM {tables.INJURIES} ORDER BY 1") == [
        (None, None, None, None), ("player_002", "Player 002", "Out", "AAA")]  # fmt: skip
    assert read(f"FROM {STORED}") == [("player_004", "id_003")]
    assert read("SELECT player_lookup FROM chosen") == [("player_004",)]


def test_texts_that_no_relation_reads_are_left_out(renamed):
    _, read = renamed
    assert read(f"SELECT count(dnp_reason), count(dedup_key), count(game_id)"
                f" FROM {tables.SUMMARY}") == [(0, 0, 4)]  # fmt: skip
    assert read(f"SELECT count(reason) FROM {tables.INJURIES}") == [(0,)]
