"""A team's store with its own columns and versions: conflict, check, force, undo; killed too."""

from __future__ import annotations

import json
from contextlib import closing

import crash_lab as lab
import json_documents
import pytest

from featurestore.definitions import tables

UNDECLARED = ("odds", "label", "tags", "detail")


def store(folder, columns="*"):
    """All rows of the warehouse's store, every column, sorted; and how a cell is written."""
    path = folder / "data" / "warehouse.duckdb"
    with closing(lab.connections.connect(path, read_only=True)) as con:
        rows = con.execute(f"SELECT {columns} FROM {tables.STORE}").fetchall()
        kinds = con.execute(f"DESCRIBE {tables.STORE}").fetchall()
    return sorted(map(repr, rows)), kinds


def told(capsys, folder, *words):
    """The exit code, and the JSON document."""
    capsys.readouterr()
    code = lab.command(folder, *words, "--json")
    out, err = capsys.readouterr()
    json_documents.check([*words, "--json"], code, out, err)
    return code, json.loads(out)


def job(folder):
    path = folder / "data" / "replica.duckdb"
    with closing(lab.connections.connect(path, read_only=True)) as con:
        return con.execute(
            "SELECT job_id FROM featurestore.outbox WHERE state = 'done'"
        ).fetchall()[0][0]


NUMBERS = ("rows", "added", "replaced", "pruned", "kept", "other_versions", "undeclared")


def test_a_teams_rows_are_a_conflict_then_overwritten_then_restored_bit_for_bit(
    states, tmp_path, capsys
):
    folder = states.copy("foreign", tmp_path / "work")
    before = store(folder)
    assert lab.command(folder, "push", *lab.SPAN) == 5
    stderr = capsys.readouterr().err
    assert "neither pulled nor pushed" in stderr
    assert "feature_version: v2_54features" in stderr
    assert "featurestore diff --start-date" in stderr
    assert "--force" in stderr
    assert store(folder) == before
    assert lab.command(folder, "diff", *lab.SPAN) == 1
    code, plan = told(capsys, folder, "push", *lab.SPAN, "--force", "--dry-run")
    assert code == 0
    assert store(folder) == before
    code, done = told(capsys, folder, "push", *lab.SPAN, "--force")
    assert code == 0
    assert {name: plan[name] for name in NUMBERS} == {name: done[name] for name in NUMBERS}
    assert done["undeclared"] == list(UNDECLARED)
    assert done["replaced"] > 10
    assert done["added"] == done["rows"] - done["replaced"] > 0
    assert done["kept"] == 1
    assert done["other_versions"] == {"v2_54features": done["replaced"] + 1}
    # Every undeclared cell is where it was, beside values that are ours.
    cells = ", ".join(UNDECLARED)
    kept, _ = store(folder, f"player_lookup, game_date, {cells}")
    assert len(set(kept)) == done["rows"] + 1
    (new,) = {row.partition(", 'none'")[2] for row in kept if "'none'" in row}
    assert new == ", None, None)"
    values, _ = store(folder, "feature_version")
    assert values.count("('v2_54features',)") == 1
    code, undone = told(capsys, folder, "push", "--undo", *done["job_ids"])
    assert code == 0
    assert (undone["removed"], undone["restored"]) == (done["rows"], done["replaced"])
    assert store(folder) == before
    code, again = told(capsys, folder, "push", "--undo", *done["job_ids"])
    assert (code, again["repeated"]) == (0, True)
    # As it was before: a conflict, and the same content over the same state is a job of its own.
    assert lab.command(folder, "push", *lab.SPAN) == 5
    code, second = told(capsys, folder, "push", *lab.SPAN, "--force")
    assert code == 0
    assert second["job_ids"] != done["job_ids"]
    assert second["repeated"] == 0
    assert {name: second[name] for name in NUMBERS} == {name: done[name] for name in NUMBERS}


def test_pulled_rows_are_known_but_another_version_is_replaced_only_by_force(
    states, tmp_path, capsys
):
    folder = states.copy("foreign", tmp_path / "work")
    assert lab.command(folder, "pull", "--table", tables.STORE, *lab.SPAN) == 0
    before = store(folder)
    capsys.readouterr()
    assert lab.command(folder, "push", *lab.SPAN) == 5
    assert "rows of another feature_version would be replaced: v2_54features" in (
        capsys.readouterr().err
    )
    assert store(folder) == before


def test_a_push_is_not_undone_over_a_cell_that_another_writer_changed_since(
    states, tmp_path, capsys
):
    folder = states.copy("forced", tmp_path / "work")
    warehouse = lab.EmbeddedWarehouse(folder / "data" / "warehouse.duckdb")
    with warehouse.writer() as con:
        con.execute(f"UPDATE {tables.STORE} SET odds = 99 WHERE label <> 'none'")
    before = store(folder)
    assert lab.command(folder, "push", "--undo", job(folder)) == 5
    assert "nothing was restored" in capsys.readouterr().err
    assert store(folder) == before


@pytest.mark.parametrize("words", [("never",), ("never", "--start-date", "2024-11-01")])
def test_an_undo_that_names_no_job_of_this_replica_is_refused(states, tmp_path, words):
    folder = states.copy("forced", tmp_path / "work")
    before = lab.end_state(folder)
    assert lab.command(folder, "push", "--undo", *words) == 2
    assert lab.end_state(folder) == before


FORCE = {
    "undo file written": {"call": "sync.embedded.undo:keep", "when": "after"},
    "undo file half written": {"sql": "COPY (SELECT *, TRUE AS", "file": "warehouse"},
    "before COMMIT": {"sql": "COMMIT", "file": "warehouse"},
    "committed": {"sql": "COMMIT", "file": "warehouse", "when": "after"},
    "marked": {"call": "sync.replica.outbox:mark_done", "when": "after"},
}
UNDO = {
    "nothing begun": {"call": "sync.embedded.warehouse:take_back"},
    "rows removed": {"sql": "DELETE FROM", "file": "warehouse", "when": "after"},
    "rows put back": {"sql": "INSERT INTO _featurestore.jobs", "file": "warehouse"},
    "before COMMIT": {"sql": "COMMIT", "file": "warehouse"},
    "committed": {"sql": "COMMIT", "file": "warehouse", "when": "after"},
    "not marked": {"call": "sync.replica.outbox:mark_undone"},
    "marked, before COMMIT": {"sql": "COMMIT", "file": "replica"},
    "marked": {"call": "sync.replica.outbox:mark_undone", "when": "after"},
}


@pytest.mark.parametrize("point", FORCE.values(), ids=FORCE)
def test_a_killed_push_over_a_teams_rows_is_completed_and_can_be_undone(
    states, executioner, tmp_path, point
):
    folder = states.copy("foreign", tmp_path / "work")
    before = store(folder)
    words = ("push", *lab.SPAN, "--force")
    executioner.kill(folder, point, *words)
    assert store(folder) in (before, store(states.folder("forced")))
    assert lab.command(folder, *words) == 0
    assert store(folder) == store(states.folder("forced"))
    assert lab.command(folder, "push", "--undo", job(folder)) == 0
    assert store(folder) == before


@pytest.mark.parametrize("point", UNDO.values(), ids=UNDO)
def test_a_killed_undo_leaves_one_state_or_the_other_and_is_finished_by_the_same_command(
    states, executioner, tmp_path, point
):
    folder = states.copy("forced", tmp_path / "work")
    forced, before = store(folder), store(states.folder("foreign"))
    words = ("push", "--undo", job(folder))
    executioner.kill(folder, point, *words)
    assert store(folder) in (before, forced)
    assert lab.command(folder, *words) == 0
    assert store(folder) == before
