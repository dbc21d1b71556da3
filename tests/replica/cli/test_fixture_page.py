"""The commands of docs/testing.md run, over a small league."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from sync.duck import connections

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ featurestore (fixture .*)$", PAGE, re.MULTILINE)
SPAN = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
HERE = {
    "2024-12-25": "2025-01-04",
    "lebronjames": "bosplayer0",
    "aarongordon": "bosplayer1",
    "--against main": "--against older",
}


def test_the_page_from_top_to_bottom(ready_after, tmp_path, monkeypatch):
    run = ready_after(("backfill", *SPAN, "--include-bootstrap", "--no-push"))
    # A difference needs games in which not everybody scores the same.
    with connections.opened(tmp_path / "data/replica.duckdb") as con:
        con.execute("UPDATE nba_analytics.player_game_summary SET points = points + day(game_date)")
    assert run("compute", *SPAN, "--include-bootstrap").code == 0
    shutil.copytree(ROOT / "sql" / "features", tmp_path / "older")
    file = tmp_path / "older" / "player_form.sql"
    file.write_text(
        file.read_text().replace("games_later <= 5, points", "games_later <= 2, points")
    )
    monkeypatch.setattr("featurestore.fixture.make.MOST_TESTS", 10)
    assert len(COMMANDS) == 4
    for command in COMMANDS:
        for there, here in HERE.items():
            command = command.replace(there, here)
        done = run(*shlex.split(command))
        assert done.code == 0, f"{command}\n{done.err}"
        assert done.out
    written = {path.name for path in (tmp_path / "difference").iterdir()}
    assert "test_points_avg_last_5.py" in written
