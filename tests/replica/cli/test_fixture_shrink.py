"""``featurestore fixture shrink``: the fewest rows that show a difference, and a test of it."""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path

import pytest
from pyarrow import csv

from sync.duck import connections

SUMMARY = "nba_analytics.player_game_summary"
SQL = Path(__file__).parents[3] / "sql" / "features"
SPAN = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
DAY = ("--dates", "2025-01-04")
ONE = (*DAY, "--players", "bosplayer0", "--column", "points_avg_last_5")


@pytest.fixture
def pulled(ready_after, tmp_path):
    """On the n-th of January everybody scores n points more than on the first of all days."""
    run = ready_after(("pull", *SPAN))
    with connections.opened(tmp_path / "data/replica.duckdb") as con:
        con.execute(f"UPDATE {SUMMARY} SET points = points + day(game_date)")
    return run


@pytest.fixture
def older(tmp_path):
    """Another version of the SQL, in which the last five games are the last two."""
    shutil.copytree(SQL, tmp_path / "older")
    file = tmp_path / "older" / "player_form.sql"
    text = file.read_text()
    assert text.count("games_later <= 5, points") == 1
    file.write_text(text.replace("games_later <= 5, points", "games_later <= 2, points"))
    return "older"


def rows_in(folder):
    return csv.read_csv(folder / f"{SUMMARY}.csv").to_pylist()


def written_tests(folder):
    (file,) = folder.glob("test_*.py")
    names = runpy.run_path(str(file))
    return [call for name, call in names.items() if name.startswith("test_")]


def test_two_versions_differ_on_a_player_s_four_rows(pulled, older, tmp_path):
    answer = pulled("fixture", "shrink", "-o", "less", *DAY, "--against", older)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[:2] == [
        "points_avg_last_5 of bosplayer0 on 2025-01-04: 22 here, 22.5 with older",
        "4 source rows of 24 show it",
    ]
    rows = rows_in(tmp_path / "less")
    assert [(row["player_lookup"], row["game_date"].day) for row in rows] == [
        ("bosplayer0", day) for day in (1, 2, 3, 4)
    ]
    passes, fails = written_tests(tmp_path / "less")
    passes()
    with pytest.raises(AssertionError, match=r"points_avg_last_5 .*: 22\.0, expected 22\.5"):
        fails()
    assert pulled("fixture", "check", "less").code == 0


def test_a_difference_is_written_with_renamed_players(pulled, older, tmp_path):
    words = ("-o", "less", *DAY, "--players", "nykplayer1", "--against", older, "--anonymize")
    answer = pulled("fixture", "shrink", *words, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["case"]["player"] == "player_001"
    assert answer.json["source_rows"] == 4
    passes, fails = written_tests(tmp_path / "less")
    passes()
    with pytest.raises(AssertionError, match=r"of player_001 on 2025-01-04: 23\.0"):
        fails()
    texts = [path.read_text() for path in (tmp_path / "less").iterdir()]
    assert not [text for text in texts if "nykplayer" in text]


def test_a_wrong_value_keeps_the_player_s_rows_and_no_other(pulled, tmp_path):
    answer = pulled("fixture", "shrink", "-o", "less", *ONE, "--expect", "20.5")
    assert answer.code == 0, answer.err
    assert "22 here, 20.5 expected" in answer.out
    assert [row["player_lookup"] for row in rows_in(tmp_path / "less")] == ["bosplayer0"] * 4
    passes, fails = written_tests(tmp_path / "less")
    passes()
    with pytest.raises(AssertionError, match=r"expected 20\.5"):
        fails()


def test_fewest_rows_of_a_wrong_value_leave_out_the_player_s_rows_too(pulled, tmp_path):
    answer = pulled("fixture", "shrink", "-o", "less", *ONE, "--expect", "null", "--fewest")
    assert answer.code == 0, answer.err
    # The mean of 21, 22 and 23 is that of 21 and 23, or of 22: no row of either can go.
    assert [row["game_date"].day for row in rows_in(tmp_path / "less")] in ([1, 3, 4], [2, 4])
    document = json.loads((tmp_path / "less" / "fixture.json").read_text())
    assert (document["held_rows"], document["options"]["include_bootstrap"]) == (24, True)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (ONE, 2, "needs either --against or --expect"),
        ((*ONE, "--expect", "1", "--against", "main"), 2, "needs either --against or --expect"),
        (("--expect", "1"), 2, "needs --dates"),
        ((*DAY, "--expect", "1"), 2, "needs exactly one feature of one row"),
        ((*ONE, "--expect", "many"), 2, "--expect many: neither a number nor NULL"),
        ((*ONE, "--expect", "22"), 2, "which is the same"),
        ((*ONE, "--column", "x", "--expect", "1"), 2, "needs exactly one feature of one row"),
        ((*DAY, "--players", "nobody", "--column", "points_avg_last_5", "--expect", "1"), 2,
         "nobody: has no row on 2025-01-04"),
        ((*DAY, "--players", "bosplayer0", "--column", "x", "--expect", "1"), 2,
         "--column x: not a feature"),
        ((*DAY, "--against", str(SQL)), 2, "no feature of 2025-01-04..2025-01-04 differs"),
        ((*DAY, "--against", str(SQL), "--column", "x"), 2, "--column x: not a feature of both"),
        ((*ONE, "--expect", "1", "-o", "data"), 2, "data: is not empty"),
        (("--dates", "2025-02-04", *ONE[2:], "--expect", "1"), 3, "never pulled"),
    ],
)  # fmt: skip
def test_a_difference_that_does_not_exist_is_refused(pulled, tmp_path, words, code, message):
    answer = pulled("fixture", "shrink", "-o", "less", *words)
    assert (answer.code, answer.out) == (code, "")
    assert message in answer.err
    assert not (tmp_path / "less").exists()
