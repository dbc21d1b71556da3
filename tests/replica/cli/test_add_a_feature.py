"""docs/add-a-feature.md, performed in a copy of the repository: two edits and one command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from featurestore import league
from featurestore.definitions.features import features, version_name

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs/add-a-feature.md").read_text("utf-8")
RANGE = ("--start-date", "2024-11-06", "--end-date", "2024-11-20")
NAME = "minutes_avg_last_3"
NUMBER = len(features())


def fenced(language: str) -> list[str]:
    """The guide's code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def copy(tmp_path):
    """A copy of the repository, and ``run(*words)`` that runs its command in a project."""
    root, project = tmp_path / "repository", tmp_path / "project"
    for folder in ("featurestore", "sync", "sql", "docs"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    project.mkdir()
    environment = os.environ | {"PYTHONPATH": str(root)}

    def run(*words, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "featurestore", *words],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr

    return root, project, run


def edit(root):
    """The guide's two edits: the expression before the one it names, the row after the last."""
    expression, row = fenced("sql")
    form = root / "sql/features/player_form.sql"
    before = "  AVG(court_minutes_tenths) / 10 AS minutes_avg_last_10,\n"
    assert form.read_text().count(before) == 1
    form.write_text(form.read_text().replace(before, expression + before))
    definitions = root / "sql/features/feature_definition.sql"
    text = definitions.read_text()
    assert text.count("\n  ]\n) AS definition") == 1
    definitions.write_text(
        text.replace("\n  ]\n) AS definition", ",\n" + row.rstrip() + "\n  ]\n) AS definition")
    )


def texts(root):
    files = (file for file in root.rglob("*") if file.suffix in {".sql", ".py", ".md", ".json"})
    return {str(file.relative_to(root)): file.read_text("utf-8") for file in files}


def test_adding_a_feature_takes_two_edits_and_one_command(copy):
    root, project, run = copy
    made = league.generate(teams=4, games_per_team=16, seasons=(2024,), seed=9)
    pq.write_table(made.player_game_summary, project / "summary.parquet")
    run("init")
    run("warehouse", "load", "nba_analytics.player_game_summary", "summary.parquet")
    run("backfill", *RANGE, "--skip-preflight")

    before = texts(root)
    edit(root)
    by_hand = {path for path, text in texts(root).items() if before.get(path) != text}
    assert by_hand == {
        "sql/features/player_form.sql",
        "sql/features/feature_definition.sql",
    }
    refused = run("compute", *RANGE, code=3)
    assert f"lacks the column feature_{NUMBER}_value of {NAME}" in refused
    assert "hint: featurestore features generate" in refused

    run("features", "generate")
    assert "nothing to do" in run("features", "generate")
    assert "lacks 3 columns" in run("features", "check", code=1)
    # Whatever reads the store's columns says the same.
    player = made.player_game_summary["player_lookup"][0].as_py()
    for words in (
        ("push", *RANGE),
        ("push", *RANGE, "--dry-run"),
        ("gaps", "audit", *RANGE, "--dry-run"),
        ("gaps", "explain", player, "2024-11-06"),
    ):
        assert "hint: featurestore init --migrate" in run(*words, code=3), words
    against_stored = run("diff", "--against", "stored", *RANGE, code=1)
    assert f"new features: {NAME}\n" in against_stored
    assert "features that differ" not in against_stored
    run("coverage", *RANGE)
    run("status")
    run("init", "--migrate")
    run("features", "check")

    stale = json.loads(run("status", "--json"))
    assert stale["other_sql_dates"] == stale["stale_dates"] != []
    assert len(stale["computed_by"]) == 1
    half = ("--start-date", "2024-11-06", "--end-date", "2024-11-12")
    run("backfill", "--stale", *half, "--no-push")
    mixed = json.loads(run("status", "--json"))["computed_by"]
    assert [one["last"] for one in mixed] == ["2024-11-12", stale["computed_by"][0]["last"]]
    assert sum(one["rows"] for one in mixed) == stale["computed_by"][0]["rows"]
    assert f"computed by SQL {mixed[0]['sql_digest'][:12]}: " in run("status")
    covered = run("coverage", *RANGE)
    assert "stored rows of several versions of the features:" in covered
    assert f"  v2_{NUMBER}features: {mixed[1]['rows']:,} rows from 2024-11-13 to " in covered
    assert f"  v2_{NUMBER + 1}features: {mixed[0]['rows']:,} rows from 2024-11-06 to " in covered
    run("backfill", "--stale", *RANGE, "--no-push")
    after = json.loads(run("status", "--json"))
    assert after["other_sql_dates"] == after["stale_dates"] == []

    differing = json.loads(run("diff", *RANGE, "--json", code=1))
    columns = {one["column"] for one in differing["comparison"]["columns"]}
    others = {
        f"feature_{n}_{kind}" for n in range(NUMBER) for kind in ("value", "quality", "source")
    }
    assert not columns & others
    assert {f"feature_{NUMBER}_{kind}" for kind in ("value", "quality", "source")} <= columns
    assert differing["comparison"]["only_here"] == differing["comparison"]["only_there"] == 0

    refused = run("push", *RANGE, code=3)
    assert f"by different SQL: v2_{NUMBER + 1}features (SQL " in refused
    assert f") and v2_{NUMBER}features (SQL " in refused
    assert "--new-sql" in refused
    run("push", *RANGE, "--new-sql")
    assert json.loads(run("diff", *RANGE, "--json"))["is_same"]

    shown = json.loads(run("features", "show", NAME, "--json"))
    assert shown["formula"]["path"] == "sql/features/player_form.sql"
    assert shown["inputs"] == ["nba_analytics.player_game_summary.minutes_played"]
    who = max(
        (row["game_date"], row["player_lookup"])
        for row in made.player_game_summary.to_pylist()
        if row["minutes_played"] and str(row["game_date"]) <= RANGE[3]
    )
    explained = json.loads(run("explain", who[1], str(who[0]), NAME, "--json"))
    assert explained["is_proven"]
    assert len(explained["rows"]) == 1 + 3
    assert [step["column"] for step in explained["steps"]] == [NAME]
    values = run(
        "query",
        "--format",
        "json",
        f"SELECT {NAME} FROM featurestore.features WHERE game_date BETWEEN '2024-11-06' AND"
        f" '2024-11-20' AND {NAME} IS NOT NULL",
    )
    assert (
        len(json.loads(values)) == shown["distribution"]["rows"] - shown["distribution"]["missing"]
    )


def test_the_new_feature_is_the_mean_minutes_of_the_newest_three_games(copy):
    """Counted by hand from the rows, without SQL."""
    root, project, run = copy
    edit(root)
    run("features", "generate")
    made = league.generate(teams=2, games_per_team=12, seasons=(2024,), seed=9)
    pq.write_table(made.player_game_summary, project / "summary.parquet")
    run("init")
    run("warehouse", "load", "nba_analytics.player_game_summary", "summary.parquet")
    days = sorted(set(made.player_game_summary["game_date"].to_pylist()))
    run("backfill", "--start-date", str(days[4]), "--end-date", str(days[8]), "--no-push",
        "--skip-preflight", "--include-bootstrap")  # fmt: skip
    sql = (
        f"SELECT player_lookup, game_date, {NAME} FROM featurestore.features"
        f" WHERE game_date BETWEEN '{days[4]}' AND '{days[8]}'"
    )
    rows = json.loads(run("query", "--format", "json", sql))
    assert len(rows) > 20
    played = [
        row
        for row in made.player_game_summary.to_pylist()
        if row["points"] is not None and row["is_dnp"] is not True and row["minutes_played"]
    ]
    for row in rows:
        earlier = sorted(
            (one["game_date"], float(one["minutes_played"]))
            for one in played
            if one["player_lookup"] == row["player_lookup"]
            and str(one["game_date"]) < row["game_date"]
        )[-3:]
        expected = sum(minutes for _, minutes in earlier) / len(earlier) if earlier else None
        assert row[NAME] == pytest.approx(expected)


def test_the_version_follows_from_the_definitions():
    known = features()
    assert version_name(known) == f"v2_{len(known)}features"
