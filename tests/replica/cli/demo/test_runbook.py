"""The runbook as it is written: its commands run in its order, and print what it shows."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import tour

from sync.duck import connections

if TYPE_CHECKING:
    from pathlib import Path

RUNBOOK = (tour.ROOT / "docs/runbook.md").read_text(encoding="utf-8")
CELLS = tour.cells(tour.console(RUNBOOK))
STORE = "nba_predictions.ml_feature_store_v2"
GAPS = "nba_predictions.feature_store_gaps"
SEASON = ("--season", "2024-25")


def test_the_runbook_from_top_to_bottom(run, toured, monkeypatch):
    """In the clone where the README's ten minutes end; only the first command is a process."""
    assert len(CELLS) >= 36
    monkeypatch.chdir(toured.folder)
    # As typed in a shell without an environment, which decides how commands are printed.
    monkeypatch.setattr(sys, "argv", [tour.PROGRAM])
    monkeypatch.setenv("PATH", tour.path_without_us())
    for cell in CELLS:
        words = shlex.split(cell.command)
        if words[0] == "export":
            name, value = words[1].split("=")
            monkeypatch.setenv(name, value)
            continue
        assert words[0] == tour.PROGRAM, cell.command
        if words[1] == "demo":
            ((code, said),) = tour.shell([cell.command], toured.folder)
        else:
            answer = run(*words[1:])
            code, said = answer.code, answer.err + answer.out
        assert said, cell.command
        # The doctor looks at today's date: the demo's seasons are over.
        assert code == cell.code or words[1] == "doctor", f"{cell.command}\n{said}"
        tour.require_shown(cell, said)


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


def kill_in(folder: Path, words: list[str]) -> None:
    script = KILLED.replace("{words!r}", repr(words))
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def edit_both_sides(folder: Path) -> None:
    """Somebody finds a gap here, and somebody else another one in the warehouse."""
    for side, player in (("replica", "foundhere"), ("warehouse", "foundthere")):
        with connections.opened(folder / f"{side}.duckdb") as con:
            con.execute(
                f"""INSERT INTO {GAPS} (player_lookup, game_date, reason, detected_at, detected_by)
                VALUES ('{player}', '2024-12-01', 'no_such_row', TIMESTAMPTZ '2025-07-01', 'one')"""
            )


def test_a_repair_that_is_killed_beside_other_writers_ends_as_the_store_was(
    run, toured, tmp_path, monkeypatch
):
    demo = tmp_path / "data/demo"
    shutil.copytree(toured.demo, demo)
    monkeypatch.setenv("FEATURESTORE_CONFIG", str(demo / "featurestore.toml"))
    assert run("demo", "--damage").code == 0
    audit = run("gaps", "audit", *SEASON, "--json")
    found = {one["reason"]: one["rows"] for one in audit.json["found"]}
    assert found["missing_sources"] == 3594
    (repair,) = {cell.command for cell in CELLS if re.search("--from-gaps .*--force", cell.command)}
    words = shlex.split(repair)[1:]
    kill_in(tmp_path, words)
    edit_both_sides(demo)
    assert run(*words).code == 0
    again = run("gaps", "audit", *SEASON, "--json").json
    assert [one["reason"] for one in again["found"]] == ["no_game_summary"]
    gaps = f"SELECT player_lookup FROM {GAPS} WHERE reason = 'no_such_row' ORDER BY 1"
    keys = f"SELECT player_lookup, game_date FROM {STORE} ORDER BY ALL"
    fixed = f"SELECT count(*), count(resolved_at) FROM {GAPS} WHERE reason = 'missing_sources'"
    with (
        connections.opened(demo / "warehouse.duckdb", read_only=True) as warehouse,
        connections.opened(demo / "replica.duckdb", read_only=True) as replica,
    ):
        for con in (warehouse, replica):
            assert con.execute(gaps).fetchall() == [("foundhere",), ("foundthere",)]
            assert con.execute(fixed).fetchall() == [(3594, 3594)]
        assert replica.execute(keys).fetchall() == warehouse.execute(keys).fetchall()
        warehouse.execute(f"ATTACH '{toured.demo}/warehouse.duckdb' AS before (READ_ONLY)")
        columns = "* EXCLUDE (created_at, updated_at)"
        # Later dates have leaks and corrections, which no audit repairs.
        rows = f"SELECT {columns} FROM {{}} WHERE game_date BETWEEN '2024-10-22' AND '2025-02-28'"
        now, then = rows.format(STORE), rows.format(f"before.{STORE}")
        assert warehouse.execute(f"{now} EXCEPT ALL {then}").fetchall() == []
        assert warehouse.execute(f"{then} EXCEPT ALL {now}").fetchall() == []
        warehouse.execute("DETACH before")
