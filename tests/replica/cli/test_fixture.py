"""``featurestore fixture make`` and ``check``: a slice that yields the same features elsewhere."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
from pyarrow import csv, parquet

from featurestore.compute import kept_rows
from featurestore.testing import store_rows
from sync.duck import connections

STORE = "nba_predictions.ml_feature_store_v2"
SUMMARY = "nba_analytics.player_game_summary"
DAY = date(2025, 1, 4)
SPAN = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
LAST = ("--start-date", "2025-01-04", "--end-date", "2025-01-04")
BACKFILL = ("backfill", *SPAN, "--include-bootstrap", "--no-push")
ONE = ("--dates", "2025-01-04", "--players", "bosplayer0")
MAKE = ("fixture", "make", "-o", "slice", *ONE)


@pytest.fixture
def computed(ready_after):
    return ready_after(BACKFILL)


@pytest.fixture
def made(ready_after):
    return ready_after(BACKFILL, MAKE)


@pytest.fixture
def replica(tmp_path):
    """Run SQL in the replica; returns the last statement's rows as dicts."""

    def run(*statements):
        with connections.opened(tmp_path / "data/replica.duckdb") as con:
            for statement in statements[:-1]:
                con.execute(statement)
            last = con.sql(statements[-1])
            return last.to_arrow_table().to_pylist() if last else []

    return run


@pytest.fixture
def stored(replica):
    """The stored row of a player on the last date, without its time."""

    def find(player="bosplayer0"):
        (row,) = replica(
            f"FROM {STORE} WHERE game_date = '2025-01-04' AND player_lookup = '{player}'"
        )
        return timeless(row)

    return find


def timeless(row):
    return {name: value for name, value in row.items() if name not in ("created_at", "updated_at")}


def summary(folder):
    return parquet.read_table(folder / f"{SUMMARY}.parquet")


def row_of(rows, player="bosplayer0"):
    """The row of a player on the last date, computed from these source rows."""
    result = store_rows(rows, [], DAY, DAY).to_pylist()
    return next((timeless(row) for row in result if row["player_lookup"] == player), None)


def document(folder):
    return json.loads((folder / "fixture.json").read_text())


def rewritten(folder, change):
    """The description after ``change``, with the digests of the files as they are now."""
    shown = document(folder)
    for file in shown["files"]:
        file["sha256"] = hashlib.sha256((folder / file["file"]).read_bytes()).hexdigest()
    change(shown)
    (folder / "fixture.json").write_text(json.dumps(shown))


def test_the_slice_yields_the_chosen_row_and_no_row_can_be_left_out(made, stored, tmp_path):
    rows = summary(tmp_path / "slice").to_pylist()
    computed_columns = row_of(rows).keys()
    expected = {name: stored()[name] for name in computed_columns}
    assert row_of(rows) == expected
    assert 3 < len(rows) < 24
    for number in range(len(rows)):
        assert row_of(rows[:number] + rows[number + 1 :]) != expected


def test_a_slice_loads_into_another_workspace(made, stored, tmp_path, monkeypatch):
    before = stored()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert made("init").code == 0
    assert made("warehouse", "load", SUMMARY, f"../slice/{SUMMARY}.parquet").code == 0
    assert made("pull", *LAST).code == 0
    assert made("compute", *LAST, "--include-bootstrap").code == 0
    with connections.opened(elsewhere / "data/replica.duckdb") as con:
        rows = con.sql(f"FROM {STORE} WHERE player_lookup = 'bosplayer0'").to_arrow_table()
    assert [timeless(row) for row in rows.to_pylist()] == [before]


def test_the_description_says_how_the_rows_were_made(made, replica, tmp_path):
    shown = document(tmp_path / "slice")
    (ledger,) = replica(
        "SELECT sql_digest, options FROM featurestore.computed WHERE partition_date = '2025-01-04'"
    )
    assert shown["format"] == 1
    assert shown["sql_digest"] == ledger["sql_digest"]
    assert shown["options"] == json.loads(ledger["options"])
    assert shown["options"]["include_bootstrap"] is True
    assert shown["dates"] == {"start": "2025-01-04", "end": "2025-01-04"}
    assert shown["selected"]["players"] == ["bosplayer0"]
    assert shown["held_rows"] == 24
    assert {file["table"]: file["rows"] for file in shown["files"]} == {
        SUMMARY: summary(tmp_path / "slice").num_rows,
        STORE: 1,
    }


def test_a_fixture_keeps_every_column_with_a_value(made, tmp_path):
    columns = set(summary(tmp_path / "slice").column_names)
    assert {"player_lookup", "points", "starter_flag", "processed_at"} <= columns
    assert "assists" not in columns


def test_a_check_computes_the_rows_again(made):
    answer = made("fixture", "check", "slice")
    assert (answer.code, answer.out) == (0, "slice: 1 row computed, the same bit for bit\n")


def test_a_check_names_a_value_that_differs(made, tmp_path):
    folder = tmp_path / "slice"
    file = folder / f"{SUMMARY}.parquet"
    rows = parquet.read_table(file).to_pylist()
    for row in rows:
        row["points"] += row["player_lookup"] == "bosplayer0"
    parquet.write_table(summary(folder).from_pylist(rows, summary(folder).schema), file)
    edited = made("fixture", "check", "slice")
    assert edited.code == 2
    assert "was changed after the fixture was made" in edited.err
    rewritten(folder, lambda content: content.update(sql_digest="older"))
    answer = made("fixture", "check", "slice")
    assert answer.code == 1
    assert "was made with different SQL" in answer.out
    assert "1 of 1 row differ" in answer.out
    answer = made("fixture", "check", "slice", "--json")
    values = {one["column"]: (one["expected"], one["found"]) for one in answer.json["differences"]}
    assert (answer.code, answer.json["is_same"]) == (1, False)
    assert values["points_avg_season"] == (20.0, 21.0)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (
            lambda content: content.update(format=2),
            3,
            "format 2 is newer than this program's 1",
        ),
        (lambda content: content.pop("options"), 2, "KeyError 'options'"),
        (lambda content: content["options"].update(turbo=True), 2, "turbo"),
        (
            lambda content: content["files"][0].update(file="none.csv"),
            2,
            "none.csv: is missing",
        ),
        (
            lambda content: content["files"][0].update(table="x.y"),
            2,
            "table x.y is unknown",
        ),
    ],
)
def test_a_description_that_cannot_be_used_is_refused(made, tmp_path, change, code, words):
    rewritten(tmp_path / "slice", change)
    answer = made("fixture", "check", "slice")
    assert (answer.code, answer.out) == (code, "")
    assert words in answer.err


def test_a_folder_without_a_fixture_is_refused(run, tmp_path):
    answer = run("fixture", "check", "nothing")
    assert (answer.code, "nothing: no such folder" in answer.err) == (2, True)
    (tmp_path / "nothing").mkdir()
    answer = run("fixture", "check", "nothing")
    assert (answer.code, "nothing: has no fixture.json" in answer.err) == (2, True)
    (tmp_path / "nothing" / "fixture.json").write_text("{")
    assert "not a fixture's description" in run("fixture", "check", "nothing").err


def test_a_game_as_csv_with_sums_and_other_names(computed, stored, tmp_path):
    made = computed("fixture", "make", "-o", "game", "--game", "20250104_BOS_NYK", "--players",
                    "nykplayer2", "--format", "csv", "--sums", "--anonymize")  # fmt: skip
    assert made.code == 0, made.err
    assert "have the sums of other players' rows" in made.out
    assert not [path for path in (tmp_path / "game").iterdir() if "player2" in path.read_text()]
    description = document(tmp_path / "game")
    assert (description["sums"], description["anonymized"]) == (True, True)
    assert description["selected"]["players"] == ["player_001"]
    assert computed("fixture", "check", "game").code == 0
    rows = csv.read_csv(tmp_path / "game" / f"{SUMMARY}.csv").to_pylist()
    others = {row["player_lookup"] for row in rows} - {"player_001"}
    assert others
    assert all(name.startswith("sum_") for name in others)
    result = row_of(rows, "player_001")
    result["player_lookup"] = "nykplayer2"
    assert result == {name: stored("nykplayer2")[name] for name in result}


def test_a_folder_that_is_not_empty_is_left_as_it_is(made, tmp_path):
    before = {path.name: path.read_bytes() for path in (tmp_path / "slice").iterdir()}
    again = made(*MAKE)
    assert (again.code, "slice: is not empty" in again.err) == (2, True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "slice").iterdir()} == before


def test_a_dry_run_writes_nothing(computed, tmp_path, monkeypatch):
    monkeypatch.setattr("featurestore.fixture.make.MOST_TESTS", 3)
    answer = computed(*MAKE, "--dry-run")
    assert answer.code == 0
    assert answer.out.startswith("1 row chosen; ")
    assert "the search ended after 3 computations; fewer may be enough" in answer.out
    assert not [path for path in tmp_path.iterdir() if "slice" in path.name]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((), 2, "no row is selected"),
        (("--players", "bosplayer9"), 2, "player bosplayer9: not in"),
        (("--game", "20250104_NYK_BOS"), 2, "did you mean 20250104_BOS_NYK"),
        (("--dates", "2025-01-05"), 3, "needed for 2025-01-05..2025-01-05 were never pulled"),
        (("--dates", "5.1.2025"), 2, "--dates 5.1.2025"),
        (("--dates", "2025-01-04..2025-01-03"), 2, "2025-01-04 is after 2025-01-03"),
        (("--dates", "2025-01-04", "--game", "20250103_BOS_NYK"), 2, "has no row for"),
        (("--dates", "2025-01-04", "--format", "xml"), 2, "--format xml"),
    ],
)
def test_rows_that_cannot_be_chosen_are_refused(computed, tmp_path, words, code, message):
    answer = computed("fixture", "make", "-o", "slice", *words)
    assert (answer.code, answer.out) == (code, "")
    assert message in answer.err
    assert not (tmp_path / "slice").exists()


def test_a_range_that_was_never_pulled_is_refused(ready):
    answer = ready("fixture", "make", "-o", "slice", "--dates", "2025-01-04")
    assert (answer.code, "never pulled" in answer.err) == (3, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("UPDATE featurestore.computed SET sql_digest = 'old'", "were computed by other SQL"),
        ("UPDATE featurestore.computed SET options = NULL", "the ledger lacks the options"),
        (
            "UPDATE featurestore.computed SET options = '{}' WHERE partition_date = '2025-01-03'",
            "computed with different options",
        ),
        ("DELETE FROM featurestore.computed", "2 of the 2 dates"),
        (
            f"DELETE FROM {kept_rows.current().rows}",
            "but nba_analytics.player_game_summary has games",
        ),
        (
            f"UPDATE {SUMMARY} SET points = points + 1",
            "differ from those computed from the pulled rows",
        ),
    ],
)
def test_stored_rows_that_cannot_be_computed_again_are_refused(
    computed, replica, tmp_path, change, message
):
    replica(change)
    made = ("fixture", "make", "-o", "slice", "--dates", "2025-01-03..2025-01-04")
    answer = computed(*made)
    assert (answer.code, answer.out) == (3, "")
    assert message in answer.err
    assert "hint: featurestore compute --start-date 2025-01-03 --end-date 2025-01-04" in answer.err
    assert not (tmp_path / "slice").exists()


def test_the_ledger_says_with_which_options_a_date_was_computed(ready, tmp_path):
    def recorded():
        with connections.opened(tmp_path / "data/replica.duckdb") as con:
            (text,) = con.execute(
                "SELECT options FROM featurestore.computed WHERE partition_date = '2025-01-04'"
            ).fetchall()[0]
        return json.loads(text)

    assert ready("pull", *LAST).code == 0
    assert ready("compute", *LAST, "--include-bootstrap").code == 0
    assert recorded() == {
        "include_bootstrap": True,
        "include_injured": False,
        "bootstrap_days": 14,
    }
    assert ready("compute", *LAST, "--include-injured").code == 0
    assert recorded() == {
        "include_bootstrap": False,
        "include_injured": True,
        "bootstrap_days": 14,
    }
