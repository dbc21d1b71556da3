"""Every command of the runbook runs, in its order, over a small league with the runbook's holes."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from featurestore import league
from sync.duck import connections

RUNBOOK = (Path(__file__).parents[3] / "docs" / "runbook.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (featurestore .*)$", RUNBOOK, re.MULTILINE)
STORE = "nba_predictions.ml_feature_store_v2"
SUMMARY = "nba_analytics.player_game_summary"
GAPS = "nba_predictions.feature_store_gaps"
REPORTS = "nba_raw.nbac_injury_report"
# Commands that report gaps, missing rows or differences exit with 1.
TELLING = {"doctor", "gaps", "coverage", "diff"}


@pytest.fixture
def workspace(run, tmp_path, sql):
    """Two seasons of two teams, backfilled once; then sources are lost and a result corrected."""
    made = league.generate(teams=2, games_per_team=14, seasons=(2023, 2024), trades=1, seed=7)
    parquet.write_table(made.player_game_summary, tmp_path / "summary.parquet")
    parquet.write_table(made.injury_report, tmp_path / "reports.parquet")
    assert run("init").code == 0
    assert run("warehouse", "load", SUMMARY, "summary.parquet").code == 0
    assert run("warehouse", "load", REPORTS, "reports.parquet").code == 0
    done = run("backfill", "--start-date", "2023-10-01", "--end-date", "2025-06-30")
    assert done.code == 0, done.err
    sources = ", ".join(f"feature_{n}_source = NULL" for n in range(37))
    sql(f"UPDATE {STORE} SET {sources} WHERE hash(player_lookup, game_date) % 3 = 0")
    corrected = f"(SELECT min(game_date) FROM {SUMMARY} WHERE game_date > DATE '2024-11-20')"
    sql(f"UPDATE {SUMMARY} SET points = points + 1 WHERE game_date = {corrected} AND points > 0")
    return run


# Dies with the first push: its file is written and recorded, and nothing is sent.
KILLED = """
import os, signal, sys
from sync.transfer import push
assert push.send_entry
push.send_entry = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["featurestore", *{words!r}]
from featurestore.cli import main
main()
"""
DETECTED = "TIMESTAMPTZ '2025-07-01'"


def kill_in(folder: Path, words: list[str]) -> None:
    script = KILLED.replace("{words!r}", repr(words))
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def edit_both_sides(folder: Path) -> None:
    """Somebody finds a gap here, and somebody else another one in the warehouse."""
    for side, player in (("replica", "foundhere"), ("warehouse", "foundthere")):
        with connections.opened(folder / f"data/{side}.duckdb") as con:
            con.execute(
                f"""INSERT INTO {GAPS} (player_lookup, game_date, reason, detected_at, detected_by)
                VALUES ('{player}', DATE '2024-12-01', 'no_such_row', {DETECTED}, 'a colleague')"""
            )


@pytest.mark.parametrize("disturbed", [False, True], ids=["undisturbed", "killed and edited"])
def test_the_runbook_from_top_to_bottom(workspace, sql, tmp_path, disturbed):
    assert len(COMMANDS) >= 24
    lost = sql(f"SELECT count(*) FROM {STORE} WHERE feature_0_source IS NULL")[0][0]
    assert lost > 50
    for command in COMMANDS:
        words = shlex.split(command)[1:]
        if disturbed and "--from-gaps" in words:
            kill_in(tmp_path, words)
            edit_both_sides(tmp_path)
        done = workspace(*words)
        allowed = {0, 1} if words[0] in TELLING else {0}
        assert done.code in allowed, f"{command}\n{done.out}\n{done.err}"
        assert done.out, command
        if words[:2] == ["gaps", "audit"]:
            assert re.search(rf"missing_sources +{lost} ", done.out), done.out
    assert sql(f"SELECT count(*) FROM {STORE} WHERE feature_0_source IS NULL") == [(0,)]
    again = workspace(
        "gaps", "audit", "--start-date", "2023-10-01", "--end-date", "2025-06-30", "--json"
    ).json
    assert {gap["reason"] for gap in again["found"]} <= {"bootstrap", "no_game_summary"}
    fixed = "SELECT count(*), count(resolved_at) FROM {} WHERE reason = 'missing_sources'"
    assert sql(fixed.format(GAPS)) == [(lost, lost)]
    gap = f"SELECT player_lookup FROM {GAPS} WHERE reason = 'no_such_row' ORDER BY 1"
    expected = [("foundhere",), ("foundthere",)] if disturbed else []
    with connections.opened(tmp_path / "data/replica.duckdb", read_only=True) as con:
        assert con.execute(gap).fetchall() == sql(gap) == expected
        keys = f"SELECT player_lookup, game_date FROM {STORE} ORDER BY ALL"
        assert con.execute(keys).fetchall() == sql(keys)
