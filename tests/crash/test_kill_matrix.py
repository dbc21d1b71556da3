"""``kill -9`` anywhere, then the same command again: as if nothing had happened.

Each case starts from a folder in a known state, runs a command in a process of its own that kills
itself at one point, runs the same command again, and compares all rows of both databases with
those after a run that nothing disturbed. ``lab`` makes the folders, ``driver`` is the process.
"""

from __future__ import annotations

import json

import crash_lab as lab
import pytest


def call(name, when="before", nth=1, **values):
    return {"call": name, "when": when, "nth": nth, "set": values}


def sql(text, file, when="before", nth=1, **values):
    return {"sql": text, "file": file, "when": when, "nth": nth, "set": values}


def batch(nth, **values):
    return {"batch": True, "nth": nth, "set": values}


SMALL_BATCHES = {"sync.embedded.warehouse:BATCH_ROWS": 40}
SMALL_WINDOWS = {"sync.transfer.pull:WINDOW_ROWS": 60}

PULL = {
    "run begun": call("featurestore.run_history:_insert", "after"),
    "warehouse asked, nothing read": call("sync.transfer.pull:plan_pull", "after"),
    "read session opened": call("sync.transfer.ingest:bring_in"),
    "half of the stream": batch(3, **SMALL_BATCHES),
    "arrived, not checked": call("sync.transfer.ingest:check_counts"),
    "checked, not in the ledger": call("sync.replica.ledger:record_partitions"),
    "staged, before COMMIT": sql("COMMIT", "replica"),
    "committed, before the reply": sql("COMMIT", "replica", "after"),
    "two of five windows committed": sql("COMMIT", "replica", "after", 2, **SMALL_WINDOWS),
    "rows whole, empty dates not": call("sync.transfer.pull:_finish"),
    "etag remembered, before COMMIT": call("sync.replica.ledger:record_etag", "after"),
    "etag remembered": call("sync.transfer.pull:_finish", "after"),
    "one of two tables": call("featurestore.compute.inputs:pull_table", nth=2),
    "done, run not recorded": call("featurestore.run_history:_insert", nth=2),
}
PULL_CORRECTIONS = {
    "old rows deleted": sql("DELETE FROM", "replica", "after"),
    "half of the stream": batch(2, **SMALL_BATCHES),
    "corrected, before COMMIT": sql("COMMIT", "replica"),
    "corrected, vanished date still there": call("sync.transfer.pull:_finish"),
    "vanished date deleted, not recorded": call("sync.replica.ledger:record_empty"),
}
COMPUTE = {
    "half of the relations": sql("CREATE OR REPLACE TEMP TABLE", "replica", "after", 8),
    "all relations": call("featurestore.compute.local:check_types", "after"),
    "version made, no rows": call("featurestore.compute.kept_rows:ensure", "after"),
    "rows written, views not made": call("featurestore.compute.kept_rows:insert", "after"),
    "rows written, not in the ledger": sql("INTO featurestore.computed", "replica"),
    "gaps logged, before COMMIT": sql("COMMIT", "replica"),
    "committed": sql("COMMIT", "replica", "after"),
    "done, run not recorded": call("featurestore.run_history:_insert", nth=2),
}
PUSH = {
    "dates chosen": call("sync.transfer.push:plan_push", "after"),
    "Parquet written, without its name": call("sync.transfer.outbox_files:_complete"),
    "Parquet complete, no outbox row": call("sync.replica.outbox:enqueue"),
    "outbox row written": call("sync.replica.outbox:enqueue", "after"),
    "warehouse open, nothing staged": call("sync.embedded.replace:_stage"),
    "staged, transaction not checked": call("sync.embedded.replace:_check_expected"),
    "rows inserted, job not recorded": call("sync.embedded.replace:_record"),
    "before COMMIT": sql("COMMIT", "warehouse"),
    "COMMIT sent, reply lost": sql("COMMIT", "warehouse", "after"),
    "committed, not marked": call("sync.replica.outbox:mark_done"),
    "marked, before COMMIT": sql("COMMIT", "replica"),
    "marked, file not removed": call("sync.replica.outbox:mark_done", "after"),
    "done, run not recorded": call("featurestore.run_history:_insert", nth=2),
    "first of two jobs done": call(
        "sync.replica.outbox:enqueue", nth=2, **{"sync.transfer.push:MAX_DATES": 31}
    ),
}
PUSH_CORRECTIONS = {
    "old rows deleted": sql("DELETE FROM", "warehouse", "after"),
    "outbox row written": call("sync.replica.outbox:enqueue", "after"),
    "COMMIT sent, reply lost": sql("COMMIT", "warehouse", "after"),
}
MIRROR = {
    "both sides read": call("sync.transfer.mirror:_merge"),
    "merged, before the warehouse": call("sync.transfer.mirror:_replacement", "after"),
    "warehouse merged, replica not": call("sync.transfer.mirror:_apply"),
    "replica merged, before COMMIT": sql("COMMIT", "replica"),
    "one of two tables": call("featurestore.backfill.run:mirror", nth=2),
}
MIGRATE = {
    "half of the tables": sql("CREATE TABLE featurestore.jobs", "replica", "after"),
    "column added": sql("ALTER TABLE featurestore.computed", "replica", "after"),
    "before COMMIT": sql("COMMIT", "replica"),
    "committed": sql("COMMIT", "replica", "after"),
}
NARROW = {
    "migrated, not narrowed": sql("COMMIT", "replica", "after"),
    "tables made, nothing in them": call("featurestore.compute.kept_rows:ensure", "after"),
    "narrowed, not compared": call("featurestore.compute.narrowing:_differing_sql"),
    "compared, whole rows still there": call("featurestore.compute.narrowing:_narrowed", "after"),
    "whole rows dropped, no view": call("featurestore.compute.narrowing:narrow", "after"),
    "views made, before COMMIT": sql("COMMIT", "replica", nth=2),
    "committed": sql("COMMIT", "replica", "after", nth=2),
}
INIT = {
    "settings written": call("sync.replica.file:Replica.create"),
    "half of the tables": sql("CREATE TABLE featurestore.computed", "replica", "after"),
    "one warehouse table": sql("COMMIT", "warehouse", "after"),
}
BACKFILL = {
    "pulled, not computed": call("featurestore.backfill.batch:compute_store"),
    "computed, not pushed": call("featurestore.backfill.batch:push_store"),
    "pushed, gaps not resolved": call("featurestore.compute.gap_log:resolve_gaps"),
    "gaps resolved, not mirrored": call("featurestore.backfill.run:mirror_both"),
}
MATRIX = {
    ("pull", "loaded"): PULL,
    ("pull", "corrected"): PULL_CORRECTIONS,
    ("compute", "pulled"): COMPUTE,
    ("push", "computed"): PUSH,
    ("push", "recomputed"): PUSH_CORRECTIONS,
    ("mirror", "gaps_on_both_sides"): MIRROR,
    ("backfill", "loaded"): BACKFILL,
    ("init", "older"): MIGRATE,
    ("init", "whole"): NARROW,
    ("init", "nothing"): INIT,
}
CASES = [
    pytest.param(verb, state, point, id=f"{verb}, {state}: {name}")
    for (verb, state), points in MATRIX.items()
    for name, point in points.items()
]


def test_the_matrix_has_more_than_25_points_over_pull_and_push():
    assert sum(len(points) for (verb, _), points in MATRIX.items() if verb in ("pull", "push")) > 25


@pytest.mark.parametrize(("verb", "state", "point"), CASES)
def test_a_killed_command_run_again_has_the_undisturbed_result(
    states, executioner, tmp_path, capsys, verb, state, point
):
    words = (verb,) if verb == "init" else (verb, *lab.SPAN)
    folder = states.copy(state, tmp_path / "work")
    executioner.kill(folder, point, *words)
    assert lab.command(folder, *words, point=point) == 0
    ended, expected = lab.end_state(folder), states.undisturbed(state, words, point)
    for side in ("replica", "warehouse"):
        assert list(ended[side]) == list(expected[side])
        for table, rows in expected[side].items():
            assert ended[side][table] == rows, table
    if verb in ("pull", "push"):
        capsys.readouterr()
        assert lab.command(folder, *words, "--dry-run", "--json") == 0
        plan = json.loads(capsys.readouterr().out)
        moved = plan["pushed"] if verb == "push" else [t["fetched"] for t in plan["tables"]]
        assert not any(moved)
