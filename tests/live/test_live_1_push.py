"""One push, priced; then two at once. BigQuery's transactions exist in no emulator."""

from __future__ import annotations

import pytest
from live_bigquery import at_once, points, replacement
from warehouse_contract import DATES, FIRST, SECOND, TABLE, THIRD, row

from sync.bigquery.cost import LEAST_BYTES
from sync.bigquery.jobs import Jobs
from sync.errors import Conflict, Failure
from sync.model import Replaced

STORED = "SELECT player, game_date, points FROM {dataset}.games WHERE game_date >= '2024-01-01'"


@pytest.fixture
def created(warehouse):
    warehouse.create(TABLE)
    return warehouse


@pytest.fixture
def other(scratch):
    """A second machine: the same dataset, other connections."""
    from live_bigquery import Scratch

    from sync.bigquery import BigQueryWarehouse

    with BigQueryWarehouse(scratch.inner.settings) as inner:
        yield Scratch(inner, scratch.dataset).warehouse()


def tokens(warehouse):
    with warehouse.snapshot() as snapshot:
        return {
            day: partition.token for day, partition in snapshot.partitions(TABLE, DATES).items()
        }


def test_a_dry_run_prices_a_push_script_and_it_is_billed_as_its_statements(
    scratch, created, tmp_path, monkeypatch
):
    """Whether a dry run prices a script with a transaction; if not, a push has no price.

    Costs about 0.003 dollars: a dozen statements of at least 10 MB a table.
    """
    dry = []
    real = Jobs.dry_run

    def noted(self, sql, subject):
        try:
            scanned = real(self, sql, subject)
        except Failure as error:
            dry.append((sql, error))
            raise
        dry.append((sql, scanned))
        return scanned

    monkeypatch.setattr(Jobs, "dry_run", noted)
    write = replacement(tmp_path, [row("ann", FIRST)])
    assert created.replace(write).inserted == 1
    (answer,) = [answer for sql, answer in dry if sql.startswith("-- featurestore push ")]
    assert isinstance(answer, int), answer

    jobs = scratch.inner.jobs
    job = jobs.find(f"{created.prefix}{write.job_id}_g0", "push")
    statements = jobs.children(job, "push")
    assert job.total_bytes_billed == sum(one.total_bytes_billed or 0 for one in statements)
    assert 0 < job.total_bytes_billed <= 60 * LEAST_BYTES
    (noted_bytes,) = [
        entry.billed_bytes for entry in scratch.inner.account.entries if entry.job_id == job.job_id
    ]
    assert noted_bytes == job.total_bytes_billed


def test_of_two_first_pushes_of_a_date_one_is_a_conflict(scratch, created, other, tmp_path):
    """There are no rows, so no DELETE conflicts: only the lock table serializes the pushes.

    Costs about 0.006 dollars: two pushes.
    """
    writes = [
        replacement(tmp_path, [row("ann", FIRST, number)], expected={FIRST: None})
        for number in (1, 2)
    ]
    outcomes = at_once(lambda: created.replace(writes[0]), lambda: other.replace(writes[1]))
    assert {type(one) for one in outcomes} == {Replaced, Conflict}, outcomes
    winner = 1 + next(n for n, one in enumerate(outcomes) if isinstance(one, Replaced))
    assert points(scratch.rows(STORED)) == {("ann", FIRST): winner}


def test_of_two_pushes_over_rows_one_is_a_conflict(scratch, created, other, tmp_path):
    """Rows are replaced by both, from the same state.

    Costs about 0.009 dollars: three pushes.
    """
    created.replace(replacement(tmp_path, [row("ann", FIRST, 7), row("bob", FIRST, 8)]))
    seen = tokens(created)
    writes = [
        replacement(tmp_path, [row("ann", FIRST, number)], expected={FIRST: seen[FIRST]})
        for number in (1, 2)
    ]
    outcomes = at_once(lambda: created.replace(writes[0]), lambda: other.replace(writes[1]))
    assert {type(one) for one in outcomes} == {Replaced, Conflict}, outcomes
    winner = 1 + next(n for n, one in enumerate(outcomes) if isinstance(one, Replaced))
    assert points(scratch.rows(STORED)) == {("ann", FIRST): winner, ("bob", FIRST): 8}


def test_a_push_beside_a_plain_insert_keeps_both(scratch, created, tmp_path):
    """An INSERT of other keys conflicts with no transaction, and none of its rows is lost.

    Costs about 0.003 dollars: a push and an INSERT.
    """
    write = replacement(tmp_path, [row("ann", FIRST, 1)])
    insert = (
        "INSERT INTO {dataset}.games (player, game_date, points)"
        " VALUES ('zed', DATE '2024-02-28', 9)"
    )
    pushed, inserted = at_once(lambda: created.replace(write), lambda: scratch.query(insert))
    assert isinstance(pushed, Replaced), pushed
    assert inserted.num_dml_affected_rows == 1, inserted
    assert points(scratch.rows(STORED)) == {("ann", FIRST): 1, ("zed", FIRST): 9}


def test_a_push_beside_an_update_of_another_date_is_done(scratch, created, tmp_path):
    """Transactions conflict by table, not by partition: the push is tried again, no conflict.

    The UPDATE may be the one that the service gives up; then its row is as it was.
    Costs about 0.006 dollars: two pushes and an UPDATE.
    """
    created.replace(replacement(tmp_path, [row("ann", FIRST), row("ann", SECOND), row("b", THIRD)]))
    seen = tokens(created)
    write = replacement(tmp_path, [row("ann", FIRST, 5)], expected={FIRST: seen[FIRST]})
    update = "UPDATE {dataset}.games SET points = 99 WHERE game_date = DATE '2024-03-02'"
    pushed, updated = at_once(lambda: created.replace(write), lambda: scratch.query(update))
    assert isinstance(pushed, Replaced), pushed
    gave_up = isinstance(updated, Exception)
    assert not gave_up or "concurrent" in str(updated), updated
    assert points(scratch.rows(STORED)) == {
        ("ann", FIRST): 5,
        ("ann", SECOND): 1,
        ("b", THIRD): 1 if gave_up else 99,
    }


def test_a_push_found_by_its_job_id_is_a_conflict_once_its_rows_were_changed(
    scratch, created, tmp_path
):
    """What was written is compared with the prints that the push kept of it.

    Costs about 0.008 dollars: a push, two reads of it, an UPDATE and some small queries.
    """
    write = replacement(tmp_path, [row("ann", FIRST, 1)], undo=tmp_path / "undo.parquet")
    created.replace(write)
    assert created.replace(write).repeated
    scratch.query("UPDATE {dataset}.games SET points = 9 WHERE game_date = DATE '2024-02-28'")
    with pytest.raises(Conflict, match="have changed since job"):
        created.replace(write)
    assert points(scratch.rows(STORED)) == {("ann", FIRST): 9}
