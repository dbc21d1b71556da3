"""A backfill of two seasons from the command line, stopped, changed upstream, and repeated."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from featurestore import league
from featurestore.backfill import pipeline
from sync.duck import connections
from sync.errors import WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

SPAN = ("--start-date", "2023-10-24", "--end-date", "2025-04-30")
SUMMARY = "nba_analytics.player_game_summary"
STORE = """
    SELECT * EXCLUDE (created_at, updated_at)
    FROM nba_predictions.ml_feature_store_v2 ORDER BY player_lookup, game_date
"""
# Kills its own process in the middle of the second season's computation.
KILLED = """
import os, signal, sys
from featurestore.backfill import batch
from featurestore.cli import errors
from featurestore.cli.app import app
# A shell that starts jobs in the background has them ignore interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
real, calls = batch.compute_store, []
def compute(*words, progress=None, **named):
    calls.append(1)
    def die(done, total):
        if len(calls) == 2 and done > total / 2:
            os.kill(os.getpid(), signal.SIG{signal})
    return real(*words, progress=die, **named)
batch.compute_store = compute
sys.exit(errors.run(app, {words!r}))
"""


@pytest.fixture(scope="module")
def two_seasons(tmp_path_factory: pytest.TempPathFactory, prepare: Callable[..., Path]) -> Path:
    """A folder with a league of four teams over two seasons in the embedded warehouse."""
    folder = tmp_path_factory.mktemp("two_seasons")
    small = league.generate(teams=4, games_per_team=16, seasons=(2023, 2024), seed=5)
    parquet.write_table(small.player_game_summary, folder / "rows.parquet")
    return prepare(folder, ("init",), ("warehouse", "load", SUMMARY, "rows.parquet"))


@pytest.fixture
def seasons(run: Run, two_seasons: Path, tmp_path: Path) -> Run:
    """``run`` in a copy of the folder."""
    shutil.copytree(two_seasons, tmp_path, dirs_exist_ok=True)
    return run


@pytest.fixture(scope="module")
def done(
    two_seasons: Path, tmp_path_factory: pytest.TempPathFactory, prepare: Callable[..., Path]
) -> Path:
    """The folder after one backfill that nothing disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    shutil.copytree(two_seasons, folder, dirs_exist_ok=True)
    return prepare(folder, ("backfill", *SPAN, "--json"))


@pytest.fixture
def done_seasons(run: Run, done: Path, tmp_path: Path) -> Run:
    """``run`` in a copy of that folder."""
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    return run


@pytest.fixture(scope="module")
def expected(done: Path) -> list[tuple[Any, ...]]:
    """The store's rows in the warehouse after that backfill."""
    return stored(done)


def sql(file: Path, *statements: str) -> list[tuple[Any, ...]]:
    with connections.opened(file) as con:
        for statement in statements:
            rows = con.execute(statement).fetchall()
    return rows


def stored(folder: Path, name: str = "warehouse") -> list[tuple[Any, ...]]:
    return sql(folder / f"data/{name}.duckdb", STORE)


def states(run: Run, *words: str) -> dict[str, int]:
    dates = run("backfill", *(words or SPAN), "--status", "--json").json["dates"]
    return {
        state: sum(date["state"] == state for date in dates)
        for state in {date["state"] for date in dates}
    }


def correct(folder: Path, day: str) -> None:
    """A late correction upstream: one player's points of one date."""
    sql(
        folder / "data/warehouse.duckdb",
        f"""UPDATE {SUMMARY} SET points = points + 7 WHERE game_date = DATE '{day}'
        AND player_lookup = (SELECT min(player_lookup) FROM {SUMMARY}
            WHERE game_date = DATE '{day}' AND points > 0)""",
    )


def game_dates(folder: Path, *, after: str, before: str = "2099-01-01") -> list[str]:
    rows = sql(
        folder / "data/warehouse.duckdb",
        f"""SELECT DISTINCT game_date FROM {SUMMARY}
        WHERE game_date BETWEEN DATE '{after}' AND DATE '{before}' ORDER BY 1""",
    )
    return [str(row[0]) for row in rows]


def test_two_seasons_are_done_one_after_the_other_and_not_again(
    seasons: Run, tmp_path: Path, expected: list[tuple[Any, ...]]
) -> None:
    assert states(seasons) == {}
    first = seasons("backfill", *SPAN, "--json").json
    assert stored(tmp_path) == stored(tmp_path, "replica") == expected
    assert (len(first["pulled"]), len(first["pushed"]["job_ids"])) == (4, 2)
    assert states(seasons) == {"done": 527, "skipped": 28}
    again = seasons("backfill", *SPAN, "--json").json
    assert (again["settled"], again["computed"]["computed"]) == (555, [])
    assert again["pushed"]["pushed"] == []
    anew = seasons("backfill", *SPAN, "--no-resume", "--json").json
    assert (anew["settled"], len(anew["computed"]["computed"])) == (0, 527)
    assert stored(tmp_path) == expected


def stop_in_second_season(folder: Path, how: str, *words: str) -> subprocess.CompletedProcess[str]:
    script = KILLED.replace("{signal}", how).replace("{words!r}", repr(["backfill", *SPAN, *words]))
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("how", "code"), [("KILL", -signal.SIGKILL), ("INT", 130)])
def test_the_same_command_continues_after_a_kill_in_the_second_season(
    seasons: Run, tmp_path: Path, expected: list[tuple[Any, ...]], how: str, code: int
) -> None:
    died = stop_in_second_season(tmp_path, how)
    assert died.returncode == code, died.stderr
    if how == "INT":
        assert "run the same command again" in died.stderr
    by_date = states(seasons)
    assert (by_date["pending"], by_date["done"]) == (191, 350)
    report = seasons("backfill", *SPAN, "--json").json
    assert min(report["computed"]["computed"]) == "2024-11-05"
    assert (len(report["computed"]["computed"]), report["settled"]) == (177, 364)
    assert stored(tmp_path) == stored(tmp_path, "replica") == expected
    attempts = {
        date["day"]: date["attempts"]
        for date in seasons("backfill", *SPAN, "--status", "--json").json["dates"]
    }
    assert (attempts["2024-01-01"], attempts["2025-01-01"]) == (1, 2)


@pytest.mark.parametrize(("how", "code"), [("KILL", -signal.SIGKILL), ("INT", 130)])
def test_overlapping_seasons_also_continue_after_a_kill(
    seasons: Run, tmp_path: Path, expected: list[tuple[Any, ...]], how: str, code: int
) -> None:
    died = stop_in_second_season(tmp_path, how, "--parallel", "2")
    assert died.returncode == code, died.stderr
    # Whether the first season's push had ended is open; the second season is not done.
    assert states(seasons, "--season", "2024-25")["pending"] == 191
    assert seasons("backfill", *SPAN, "--parallel", "2").code == 0
    assert stored(tmp_path) == stored(tmp_path, "replica") == expected
    assert states(seasons) == {"done": 527, "skipped": 28}


def test_seasons_at_work_at_a_time_give_the_same_rows(
    seasons: Run, tmp_path: Path, expected: list[tuple[Any, ...]]
) -> None:
    report = seasons("backfill", *SPAN, "--parallel", "3", "--json").json
    assert stored(tmp_path) == stored(tmp_path, "replica") == expected
    # The second season's lookback, which is the first season, is read once.
    summary = [
        pulled_table for pulled_table in report["pulled"] if pulled_table["table"] == SUMMARY
    ]
    assert [(sum(pulled_table["rows"] for pulled_table in summary),)] == sql(
        tmp_path / "data/warehouse.duckdb",
        f"SELECT count(*) FROM {SUMMARY} WHERE game_date <= DATE '2025-04-30'",
    )
    assert states(seasons) == {"done": 527, "skipped": 28}
    day = game_dates(tmp_path, after="2024-11-08")[0]
    correct(tmp_path, day)
    again = seasons("backfill", *SPAN, "--parallel", "2", "--json").json
    assert min(again["computed"]["computed"]) == day


def test_a_date_corrected_within_a_done_range_is_computed_again(
    done_seasons: Run, tmp_path: Path
) -> None:
    before = stored(tmp_path)
    day, *later = game_dates(tmp_path, after="2024-11-08")
    correct(tmp_path, day)
    report = done_seasons("backfill", *SPAN, "--json").json
    assert min(report["computed"]["computed"]) == day
    assert set(later) <= set(report["computed"]["computed"])
    assert report["settled"] > 364
    after = stored(tmp_path)
    assert after != before
    done_seasons("backfill", *SPAN, "--no-resume")
    assert stored(tmp_path) == after


def test_another_setting_makes_a_done_date_no_longer_done(done_seasons: Run) -> None:
    report = done_seasons("backfill", *SPAN, "--include-bootstrap", "--json").json
    assert (report["settled"], len(report["computed"]["computed"])) == (0, 555)


def test_dates_computed_again_with_other_flags_are_not_done(
    done_seasons: Run, tmp_path: Path, expected: list[tuple[Any, ...]]
) -> None:
    season = ("--start-date", "2024-11-05", "--end-date", "2025-04-30")
    done_seasons("compute", *season, "--include-bootstrap")
    report = done_seasons("backfill", *SPAN, "--json").json
    assert len(report["computed"]["computed"]) == 177
    assert stored(tmp_path) == expected


def test_only_stale_dates_are_named_computed_and_pushed(done_seasons: Run, tmp_path: Path) -> None:
    assert done_seasons("status", "--json").json["stale_dates"] == []
    day = game_dates(tmp_path, after="2023-11-18")[0]
    correct(tmp_path, day)
    done_seasons("pull", *SPAN)
    stale = done_seasons("status", "--json").json["stale_dates"]
    skipped = {"2024-10-22", "2024-11-04"}
    within = game_dates(tmp_path, after=day, before="2024-11-17")
    bootstrap = set(game_dates(tmp_path, after=min(skipped), before=max(skipped)))
    assert stale == [one for one in within if one not in bootstrap]
    shown = done_seasons("status").out
    assert f"stale dates {len(stale)}" in shown
    assert "featurestore backfill --stale" in shown
    report = done_seasons("backfill", *SPAN, "--stale", "--json").json
    rows = report["computed"]["computed"]
    assert (min(rows), max(rows)) == (stale[0], stale[-1])
    assert set(stale) <= set(rows)
    assert report["pushed"]["rows"] <= report["computed"]["rows"]
    assert done_seasons("status", "--json").json["stale_dates"] == []
    assert done_seasons("backfill", *SPAN, "--stale").out.endswith("nothing to do\n")
    after = stored(tmp_path)
    done_seasons("backfill", *SPAN, "--no-resume")
    assert stored(tmp_path) == after


def test_only_the_named_dates_are_computed(seasons: Run, tmp_path: Path) -> None:
    days = game_dates(tmp_path, after="2024-11-06")
    words = ("--dates", f"{days[4]},{days[0]}")
    report = seasons("backfill", *words, "--json").json
    computed = [day for day in report["computed"]["computed"] if day in days]
    assert computed == [days[0], days[4]]
    assert {
        row[0]
        for row in sql(
            tmp_path / "data/warehouse.duckdb",
            "SELECT DISTINCT game_date::VARCHAR FROM nba_predictions.ml_feature_store_v2",
        )
    } == {days[0], days[4]}
    assert states(seasons, *words) == {"done": 2}


def test_a_season_that_fails_does_not_stop_the_others(
    seasons: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: list[tuple[Any, ...]]
) -> None:
    real = pipeline.BatchRunner.finish

    def fail(self: Any, result: Any) -> None:
        if str(result.batch.dates.start) == "2023-10-24":
            raise WarehouseFailed("nba_predictions: the service is away", hint="try again")
        real(self, result)

    monkeypatch.setattr(pipeline.BatchRunner, "finish", fail)
    answer = seasons("backfill", *SPAN)
    assert answer.code == WarehouseFailed.exit_code
    assert "failed: 2023-10-24..2024-10-21: nba_predictions: the service is away" in answer.out
    assert "error: nba_predictions: the service is away" in answer.err
    assert states(seasons) == {"failed": 364, "done": 177, "skipped": 14}
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    report = seasons("backfill", *SPAN, "--json").json
    assert (report["settled"], report["failed"]) == (191, [])
    assert stored(tmp_path) == expected


def test_when_several_seasons_fail_all_their_dates_are_named(
    seasons: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Any, result: Any) -> None:
        raise WarehouseFailed("the service is away", hint="try again")

    monkeypatch.setattr(pipeline.BatchRunner, "finish", fail)
    answer = seasons("backfill", *SPAN, "--parallel", "2")
    assert answer.code == WarehouseFailed.exit_code
    assert "error: backfill: 555 dates failed, 2023-10-24..2025-04-30; first:" in answer.err
    again = "retry: featurestore backfill --start-date 2024-10-22 --end-date 2025-04-30"
    assert again in answer.out
    statuses = (
        "SELECT status FROM nba_reference.processor_run_history WHERE data_date > '2000-01-01'"
    )
    document = seasons("query", "--json", f"{statuses} ORDER BY processed_at DESC LIMIT 1").json
    assert document == [{"status": "failed"}]
