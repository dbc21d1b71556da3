"""``featurestore demo --damage``: what it does to the demonstration's store; what it refuses."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys

import pytest

from featurestore.demo import play
from sync.duck import connections

STORE = "nba_predictions.ml_feature_store_v2"
SUMMARY = "nba_analytics.player_game_summary"
KEY = "player_lookup, game_date"
# By reason: rows, dates, the first and the last.
DAMAGE = {
    "missing_sources": (3594, 64, "2024-12-01", "2025-02-02"),
    "bootstrap": (515, 3, "2024-10-22", "2024-10-24"),
    "old_version": (239, 2, "2024-11-12", "2024-11-13"),
    "missing_row": (334, 2, "2024-11-16", "2024-11-17"),
    "duplicate_row": (79, 3, "2024-11-20", "2024-11-22"),
    "stale_row": (26, 1, "2024-11-23", "2024-11-23"),
    "leak": (1213, 7, "2025-03-10", "2025-03-16"),
    "late_correction": (42, 3, "2025-05-02", "2025-05-08"),
}


@pytest.fixture
def demo(run, toured, tmp_path):
    """``run`` in a folder with a whole demonstration."""
    shutil.copytree(toured.demo, tmp_path / "data/demo")
    return run


@pytest.fixture
def rows_of(toured, tmp_path):
    """Run SQL over the warehouse, and over it as it was before, as ``before``."""

    def query(statement):
        with connections.opened(tmp_path / "data/demo/warehouse.duckdb", read_only=True) as con:
            con.execute(f"ATTACH '{toured.demo}/warehouse.duckdb' AS before (READ_ONLY)")
            try:
                return con.execute(statement).fetchall()
            finally:
                con.execute("DETACH before")

    return query


def state(prefix=""):
    """The content of both tables, as one number each."""
    sums = (f"(SELECT sum(hash(row)) FROM {prefix}{table} AS row)" for table in (STORE, SUMMARY))
    return f"SELECT {', '.join(sums)}"


def test_the_store_is_damaged_as_it_says_and_in_nothing_else(demo, rows_of):
    answer = demo("demo", "--damage", "--json")
    assert answer.code == 0, answer.err
    assert (answer.json["demo"], answer.json["is_new"]) == (None, True)
    reported = {
        one["reason"]: (one["rows"], one["dates"], one["first"], one["last"])
        for one in answer.json["damage"]
    }
    assert reported == DAMAGE
    # By comparison with the warehouse as it was.
    joined = f"{STORE} AS new JOIN before.{STORE} AS old USING ({KEY})"
    changed = f"""SELECT game_date, count(*) FROM {joined}
        WHERE new IS DISTINCT FROM old AND {{}} GROUP BY 1 ORDER BY 1"""
    no_sources = "new.feature_0_source IS NULL AND new.feature_36_source IS NULL"
    other_values = "new.features[1:3] <> old.features[1:3]"
    for reason, statement in {
        "missing_sources": changed.format(no_sources),
        "old_version": changed.format("new.feature_version = 'v1_33features'"),
        "leak": changed.format(f"{other_values} AND new.features[4:] = old.features[4:]"),
        "duplicate_row": f"""SELECT game_date, count(*) FROM (
            SELECT {KEY} FROM {STORE} GROUP BY {KEY} HAVING count(*) > 1) GROUP BY 1 ORDER BY 1""",
        "stale_row": f"""SELECT game_date, count(*)
            FROM {STORE} ANTI JOIN before.{STORE} USING ({KEY}) GROUP BY 1 ORDER BY 1""",
        "late_correction": f"""SELECT game_date, count(*)
            FROM {SUMMARY} AS new JOIN before.{SUMMARY} AS old USING ({KEY})
            WHERE new.points = old.points + 2 AND new.processed_at > old.processed_at
            GROUP BY 1 ORDER BY 1""",
    }.items():
        by_date = rows_of(statement)
        dates = [str(day) for day, _ in by_date]
        rows = sum(count for _, count in by_date)
        assert (rows, len(dates), dates[0], dates[-1]) == DAMAGE[reason], reason
    gone = rows_of(f"SELECT count(*) FROM before.{STORE} ANTI JOIN {STORE} USING ({KEY})")
    assert gone == [(DAMAGE["bootstrap"][0] + DAMAGE["missing_row"][0],)]
    touched = rows_of(f"SELECT count(*) FROM {joined} WHERE new IS DISTINCT FROM old")
    assert touched == [(3594 + 239 + 1213,)]
    # A leaked mean of five games ends with the game itself.
    day = "DATE '2025-03-12'"
    others, compared = rows_of(
        f"""WITH game AS (
            SELECT {KEY}, points, row_number() OVER (
                PARTITION BY player_lookup ORDER BY game_date DESC) AS n
            FROM {SUMMARY}
            WHERE season_year = 2024 AND points IS NOT NULL AND game_date <= {day})
        SELECT count(*) FILTER (abs(store.feature_0_value - recent.mean) > 1e-9), count(*)
        FROM {STORE} AS store JOIN (
            SELECT player_lookup, avg(points) AS mean FROM game WHERE n <= 5
            GROUP BY player_lookup HAVING max(game_date) = {day}) AS recent USING (player_lookup)
        WHERE store.game_date = {day}"""
    )[0]
    assert (others, compared > 150) == (0, True)


def test_a_second_time_nothing_is_done_and_the_way_to_begin_again_is_said(demo, rows_of):
    first = demo("demo", "--damage")
    assert first.code == 0, first.err
    assert first.out.splitlines()[0].strip() == "damaged: data/demo/warehouse.duckdb"
    assert first.out.splitlines()[-2] == (
        "  export FEATURESTORE_CONFIG=data/demo/featurestore.toml"
    )
    assert first.out.splitlines()[-1].endswith(" gaps audit --season 2024-25")
    table = [line for line in first.out.splitlines() if re.search(r"  20\d\d-", line)]
    assert table[6].split() == ["leak", "1,213", "7", "2025-03-10", "2025-03-16", "diff"]
    before = rows_of(state())
    again = demo("demo", "--damage")
    assert again.code == 0, again.err
    assert re.match(r"damaged since \d{4}-\d\d-\d\d \d\d:\d\d UTC: data/demo/", again.out)
    assert [line for line in again.out.splitlines() if line in table] == table
    assert "nothing to do; to start again:\n" in again.out
    assert again.out.endswith(" demo --damage\n")
    assert rows_of(state()) == before


# Dies when the step of this number begins, or when the transaction has ended.
KILLED = """
import os, signal, sys
from featurestore.cli import demo as verb
from featurestore.demo import damage

def die(*_): os.kill(os.getpid(), signal.SIGKILL)

class Dies:
    def __getattr__(self, _): die()

if {at}:
    assert damage.STEPS[{at}:]
    damage.STEPS = (*damage.STEPS[:{at}], Dies())
else:
    assert verb._print_damage
    verb._print_damage = die
sys.argv = ["featurestore", "demo", "--damage"]
from featurestore.cli import main
main()
"""


@pytest.mark.parametrize("at", [7, None], ids=["in the last step", "committed"])
def test_killed_at_any_step_the_store_is_whole_or_damaged(demo, rows_of, tmp_path, at):
    done = subprocess.run(
        [sys.executable, "-c", KILLED.replace("{at}", str(at))], cwd=tmp_path, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (rows_of(state()) == rows_of(state("before."))) == (at is not None)
    answer = demo("demo", "--damage", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["is_new"] == (at is not None)
    assert {one["reason"]: one["rows"] for one in answer.json["damage"]} == {
        reason: rows for reason, (rows, *_) in DAMAGE.items()
    }
    assert rows_of(f"SELECT count(*) FROM {STORE} WHERE feature_0_source IS NULL") == [(3594,)]
    assert rows_of(
        f"""SELECT DISTINCT new.points - old.points FROM {SUMMARY} AS new
        JOIN before.{SUMMARY} AS old USING ({KEY}) ORDER BY 1"""
    ) == [(None,), (0,), (2,)]


def test_a_demonstration_that_is_missing_or_was_not_finished_is_made_first(
    run, toured, tmp_path, monkeypatch
):
    plan = run("demo", "--damage", "--dry-run")
    assert plan.out == (
        "would generate two seasons in data/demo and backfill them, then damage the store in"
        " data/demo/warehouse.duckdb\n"
    )
    assert not (tmp_path / "data").exists()
    made = []

    def copied(folder, *, seed, step):
        made.append(seed)
        shutil.copytree(toured.demo, folder, dirs_exist_ok=True)

    monkeypatch.setattr(play, "play", copied)
    assert run("demo", "--damage").code == 0
    assert made == [7]
    # As a kill before the last step of the demonstration leaves it.
    (tmp_path / "data/demo" / play.MARKER).write_text("")
    assert run("demo", "--damage").out.startswith("damaged: ")
    assert made == [7, 7]


@pytest.mark.parametrize("words", [("demo",), ("demo", "--damage"), ("demo", "--dry-run")])
def test_another_user_s_folder_is_left_alone(run, tmp_path, words):
    assert run("init").code == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    answer = run(*words, "--folder", ".")
    assert answer.code == 2
    assert ".: holds files, and is not a folder that featurestore demo made" in answer.err
    assert "hint: featurestore demo --folder FOLDER" in answer.err
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_rows_and_settings_that_are_not_the_demonstrations_are_refused(
    demo, rows_of, tmp_path, monkeypatch
):
    monkeypatch.setenv("FEATURESTORE_WAREHOUSE", "mine.duckdb")
    answer = demo("demo", "--damage")
    assert answer.code == 3
    assert "the warehouse is mine.duckdb, and only the demonstration's own" in answer.err
    monkeypatch.delenv("FEATURESTORE_WAREHOUSE")
    settings = tmp_path / "data/demo/featurestore.toml"
    kept = settings.read_text()
    settings.write_text('warehouse = "bigquery://team"\n')
    assert demo("demo", "--damage").code == 3
    settings.write_text(kept)
    with connections.opened(tmp_path / "data/demo/warehouse.duckdb") as con:
        con.execute(
            f"""INSERT INTO {SUMMARY} BY NAME SELECT * REPLACE ('mine' AS player_lookup)
            FROM {SUMMARY} LIMIT 3"""
        )
    answer = demo("demo", "--damage")
    assert answer.code == 3
    assert f"3 rows of {SUMMARY} are not the demonstration's; nothing was changed" in answer.err
    assert rows_of(f"SELECT * FROM {STORE} EXCEPT SELECT * FROM before.{STORE}") == []
    with connections.opened(tmp_path / "data/demo/warehouse.duckdb") as con:
        con.execute(f"DELETE FROM {SUMMARY} WHERE player_lookup = 'mine'")
        con.execute(f"DELETE FROM {STORE} WHERE game_date BETWEEN '2024-12-05' AND '2025-02-02'")
    answer = demo("demo", "--damage")
    assert answer.code == 2
    assert "rows to damage, and 3,594 are wanted; nothing was changed" in answer.err
