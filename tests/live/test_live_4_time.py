"""What needs time: a push repeated when its result is gone, and rows in the write buffer."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from google.api_core import exceptions as google
from google.cloud import bigquery
from live_bigquery import Scratch, points, replacement
from warehouse_contract import DATES, FIRST, SECOND, TABLE, row

from sync.errors import WarehouseFailed
from sync.model import Undo, Undone

DAY = timedelta(hours=25)
# A name that was never used: rows streamed into a table that was made again can be lost.
STREAMED = replace(TABLE, name=f"streamed_{uuid.uuid4().hex[:8]}")


@pytest.fixture
def later(scratch):
    """A dataset that outlives the session: its labels say what was pushed, and when."""
    made = bigquery.Dataset(f"{scratch.dataset.project}.{scratch.dataset.dataset_id}_later")
    made.location = scratch.inner.settings.location
    made.labels = {"featurestore_live": uuid.uuid4().hex[:12]}
    try:
        made = scratch.rest.create_dataset(made)
    except google.Conflict:
        made = scratch.rest.get_dataset(made.reference)
        assert "featurestore_live" in made.labels, f"{made.full_dataset_id} is not a test's"
    return made


def test_a_push_and_an_undo_repeated_after_a_day_are_answered_though_their_results_are_gone(
    scratch, later, tmp_path
):
    """In two phases, by a marker in ``DATASET_later``: run it again after 25 hours.

    The jobs of a script's statements must still be listed, with the rows that each has changed.
    Costs about 0.009 dollars: two pushes, an undo, and some small queries a day later.
    """
    new_warehouse = Scratch(scratch.inner, later)
    warehouse = new_warehouse.warehouse(f"live_{later.labels['featurestore_live']}_")
    write = replacement(
        tmp_path, [row("ann", FIRST, 4)], job_id="later", digest="later", expected={FIRST: None}
    )
    kept = tmp_path / "unused.parquet"
    other = replacement(
        tmp_path, [row("bob", SECOND, 5)], job_id="taken_back", digest="other", undo=kept
    )
    undo = Undo(TABLE, (SECOND,), TABLE.key, other.job_id, kept)
    pushed_at = later.labels.get("pushed_at")
    if pushed_at is None:
        warehouse.create(TABLE)
        warehouse.replace(write)
        warehouse.replace(other)
        assert warehouse.undo(undo).removed == 1
        later.labels = {**later.labels, "pushed_at": str(int(time.time()))}
        scratch.rest.update_dataset(later, ["labels"])
        pytest.skip(f"first phase: pushed to {later.dataset_id}, run it again after 25 hours")
    due = datetime.fromtimestamp(int(pushed_at), UTC) + DAY
    if datetime.now(UTC) < due:
        pytest.skip(f"second phase: due at {due:%Y-%m-%d %H:%M} UTC")
    for name in ("later_g0", "taken_back_undo_g0"):
        job = scratch.inner.jobs.find(f"{warehouse.prefix}{name}", "later")
        # Otherwise this tests nothing: the result must be gone.
        with pytest.raises(google.NotFound):
            list(job.result())
    assert warehouse.undo(undo) == Undone(removed=1, restored=0, repeated=True)
    again = warehouse.replace(write)
    assert again.repeated
    assert (again.inserted, again.deleted) == (1, 0)
    rows = new_warehouse.rows("SELECT player, game_date, points FROM {dataset}.games")
    assert points(rows) == {("ann", FIRST): 4}
    scratch.rest.delete_dataset(later, delete_contents=True)


def stream(scratch, rows):
    """Stream rows into the table; one that was just made takes a while to be found."""
    ends = time.monotonic() + 300
    while True:
        try:
            assert scratch.rest.insert_rows_json(scratch.id(STREAMED.name), rows) == []
            break
        except google.NotFound:
            assert time.monotonic() < ends
            time.sleep(10)
    while scratch.rest.get_table(scratch.id(STREAMED.name)).streaming_buffer is None:
        assert time.monotonic() < ends, "no write buffer within five minutes"
        time.sleep(5)


def test_streamed_rows_move_no_etag_and_stop_a_push_for_a_while(scratch, warehouse, tmp_path):
    """Rows in the write buffer are seen by queries; DML may not touch them.

    Costs about 0.003 dollars: a push that fails, and streaming of two rows.
    """
    warehouse.create(STREAMED)
    one = {"player": "ann", "game_date": str(FIRST), "points": 1}
    stream(scratch, [one])
    with warehouse.snapshot() as snapshot:
        assert snapshot.etag(STREAMED) != snapshot.etag(STREAMED)
        assert "write buffer" in " ".join(snapshot.blocking_issues(STREAMED))
        assert snapshot.partitions(STREAMED, DATES)[FIRST].rows == 1
    with pytest.raises(WarehouseFailed, match="write buffer") as caught:
        warehouse.replace(replacement(tmp_path, [row("ann", FIRST, 2)], table=STREAMED))
    assert "90 minutes" in caught.value.hint
    rows = scratch.rows(f"SELECT player, game_date, points FROM {{dataset}}.{STREAMED.name}")
    assert points(rows) == {("ann", FIRST): 1}
