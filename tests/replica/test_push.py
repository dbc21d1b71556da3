"""Pushing: all dates or none, each content once, at any point of a kill."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from sync.errors import Conflict, Refused, WarehouseFailed
from sync.model import DateRange
from sync.replica import outbox
from sync.replica.file import Replica
from sync.transfer import outbox_files
from sync.transfer import push as push_module
from sync.transfer.push import push

RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 5))


@pytest.fixture
def store(table):
    return dataclasses.replace(table, direction="pushed")


@pytest.fixture
def computed(replica):
    """Local rows of three days, recorded as computed."""

    def write(points=5, days=3):
        with replica.write() as con:
            con.execute("DELETE FROM d.games")
            con.execute(
                """INSERT INTO d.games SELECT 'ann', DATE '2025-01-01' + n::INTEGER, ?, 0.5, 1, NULL
                FROM range(?) AS r(n)""",
                [points, days],
            )
            con.execute(
                """INSERT OR REPLACE INTO featurestore.computed
                SELECT game_date, count(*), 'sql', 'input', now(), '', NULL
                FROM d.games GROUP BY ALL"""
            )

    write()
    return write


def local_and_remote(rows_of, replica, warehouse):
    return rows_of(replica), rows_of(warehouse)


def test_a_push_writes_the_computed_dates_and_a_second_one_nothing(
    computed, replica, warehouse, store, rows_of
):
    first = push(replica, warehouse, store, RANGE)
    assert (len(first.pushed), first.rows, first.unchanged) == (3, 3, 0)
    assert rows_of(warehouse) == rows_of(replica)
    second = push(replica, warehouse, store, RANGE)
    assert (second.pushed, second.rows, second.unchanged) == ((), 0, 3)


def test_only_the_date_that_changed_is_sent(computed, replica, warehouse, store, rows_of):
    push(replica, warehouse, store, RANGE)
    with replica.write() as con:
        con.execute("UPDATE d.games SET points = 6 WHERE game_date = '2025-01-02'")
    assert push(replica, warehouse, store, RANGE).pushed == (date(2025, 1, 2),)
    assert rows_of(warehouse) == rows_of(replica)


def test_going_back_to_earlier_content_is_a_new_push(computed, replica, warehouse, store, rows_of):
    for points in (5, 6, 5):
        computed(points)
        assert len(push(replica, warehouse, store, RANGE).pushed) == 3
        assert rows_of(warehouse) == rows_of(replica)


def test_rows_that_only_the_warehouse_has_are_kept_and_counted_unless_pruned(
    computed, replica, warehouse, store, filled, rows_of
):
    report = push(replica, warehouse, store, RANGE, force=True)
    assert (report.replaced, report.kept) == (3, 3)
    pruned = push(replica, warehouse, store, RANGE, prune=True)
    assert pruned.deleted == 6
    assert rows_of(warehouse) == rows_of(replica)
    assert push(replica, warehouse, store, RANGE).pushed == ()


def test_a_foreign_change_is_a_conflict_until_forced(
    computed, replica, warehouse, store, fill, rows_of
):
    push(replica, warehouse, store, RANGE)
    fill("UPDATE d.games SET points = 1 WHERE game_date = '2025-01-03'")
    before = rows_of(warehouse)
    with pytest.raises(Conflict, match=r"1 date changed .* first 2025-01-03") as caught:
        push(replica, warehouse, store, RANGE)
    assert caught.value.exit_code == 5
    assert rows_of(warehouse) == before
    assert push(replica, warehouse, store, RANGE, force=True).pushed == (date(2025, 1, 3),)
    assert rows_of(warehouse) == rows_of(replica)


def test_a_dry_run_writes_nothing(computed, replica, warehouse, store, rows_of):
    report = push(replica, warehouse, store, RANGE, dry_run=True)
    assert (len(report.pushed), report.rows) == (3, 3)
    assert rows_of(warehouse) == []


def test_a_repeated_key_is_refused_before_anything_is_written(
    computed, replica, warehouse, store, rows_of
):
    with replica.write() as con:
        con.execute("INSERT INTO d.games FROM d.games LIMIT 1")
    with pytest.raises(Refused, match="repeated in the replica"):
        push(replica, warehouse, store, RANGE)
    assert rows_of(warehouse) == []


def test_a_computed_date_that_lost_its_rows_is_emptied_only_by_prune(
    computed, replica, warehouse, store, rows_of
):
    push(replica, warehouse, store, RANGE)
    with replica.write() as con:
        con.execute("DELETE FROM d.games WHERE game_date = '2025-01-02'")
    kept = push(replica, warehouse, store, RANGE)
    assert (kept.rows, kept.kept) == (0, 1)
    assert push(replica, warehouse, store, RANGE, prune=True).deleted >= 1
    assert rows_of(warehouse) == rows_of(replica)


class Killed(BaseException):
    """Simulates a process that ends here: nothing may catch it."""


STEPS = {
    "file half written": (outbox_files, "_complete", "before"),
    "file complete": (outbox_files, "_complete", "after"),
    "before the outbox row": (outbox, "enqueue", "before"),
    "before the warehouse": (outbox_files, "Replacement", "before"),
    "reply lost": (outbox, "mark_done", "before"),
    "marked done": (outbox, "mark_done", "after"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_push_killed_anywhere_is_finished_by_the_same_command(
    computed, replica, warehouse, store, rows_of, monkeypatch, step
):
    module, name, when = STEPS[step]
    original = getattr(module, name)

    def die(*args, **kwargs):
        if when == "after":
            original(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        with pytest.raises(Killed):
            push(replica, warehouse, store, RANGE)
    push(replica, warehouse, store, RANGE)
    assert rows_of(warehouse) == rows_of(replica)
    with warehouse.writer() as con:
        assert con.execute("SELECT count(*) FROM _featurestore.jobs").fetchall() == [(1,)]
    with replica.read() as con:
        states = con.execute("SELECT DISTINCT state FROM featurestore.outbox").fetchall()
    assert states == [("done",)]
    assert push(replica, warehouse, store, RANGE).pushed == ()


def test_a_long_range_takes_several_jobs_and_the_second_is_resumed(
    computed, replica, warehouse, store, rows_of, monkeypatch
):
    monkeypatch.setattr(push_module, "MAX_DATES", 2)
    original, calls = outbox.enqueue, []

    def die_second(*args):
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        original(*args)

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "enqueue", die_second)
        with pytest.raises(Killed):
            push(replica, warehouse, store, RANGE)
    assert len(rows_of(warehouse)) == 2
    assert push(replica, warehouse, store, RANGE).pushed == (date(2025, 1, 3),)
    assert rows_of(warehouse) == rows_of(replica)


def test_an_old_outbox_entry_does_not_overwrite_a_foreign_change(
    computed, replica, warehouse, store, fill, rows_of, monkeypatch
):
    push(replica, warehouse, store, RANGE)
    computed(8)
    with monkeypatch.context() as patch:
        patch.setattr(push_module, "send_entry", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            push(replica, warehouse, store, RANGE)
    fill("UPDATE d.games SET points = 1 WHERE game_date = '2025-01-03'")
    before = rows_of(warehouse)
    with pytest.raises(Conflict):
        push(replica, warehouse, store, RANGE)
    assert rows_of(warehouse) == before


def test_an_outbox_entry_is_finished_after_its_replica_moved(
    computed, replica, warehouse, store, rows_of, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    here = Replica(Path(replica.path.name))
    with monkeypatch.context() as patch:
        patch.setattr(push_module, "send_entry", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            push(here, warehouse, store, RANGE)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in (replica.path.name, replica.path.with_suffix(".outbox").name):
        (tmp_path / name).rename(moved / name)
    there = Replica(moved / replica.path.name)
    # It is the file at hand that is sent, not a new one.
    monkeypatch.setattr(push_module, "write_entry", lambda *_, **__: pytest.fail("written again"))
    assert push(there, warehouse, store, RANGE).rows == 3
    assert rows_of(warehouse) == rows_of(there)
    with there.read() as con:
        assert con.execute("SELECT state FROM featurestore.outbox").fetchall() == [("done",)]


def test_files_that_a_killed_push_left_are_removed_and_waiting_entries_stay(
    replica, warehouse, store, computed, monkeypatch
):
    folder = replica.path.with_suffix(".outbox")
    folder.mkdir()
    (folder / "half.part").write_bytes(b"x")
    (folder / "settled.parquet").write_bytes(b"x")

    def unreachable(_):
        raise WarehouseFailed("d.games: away")

    with monkeypatch.context() as patch:
        patch.setattr(warehouse, "replace", unreachable)
        with pytest.raises(WarehouseFailed):
            push(replica, warehouse, store, RANGE)
    (waiting,) = folder.iterdir()
    assert waiting.suffix == ".parquet"
    assert push(replica, warehouse, store, RANGE).rows
    assert list(folder.iterdir()) == []


def test_an_entry_that_the_service_refuses_stays_in_the_outbox_and_is_tried_again(
    computed, replica, warehouse, store, rows_of, monkeypatch
):
    real, asked = type(warehouse).replace, []

    def refuse(self, what):
        asked.append(what.job_id)
        raise Refused("refused by BigQuery: a type does not fit", status=400, reason="invalidQuery")

    monkeypatch.setattr(type(warehouse), "replace", refuse)
    for times in (1, 3):
        with pytest.raises(Refused, match="a type does not fit"):
            push(replica, warehouse, store, RANGE)
        with replica.read() as con:
            states = con.execute("SELECT state FROM featurestore.outbox").fetchall()
        assert states == [("ready",)]
        # The second push tries the entry again, then packs the rows again: the same job.
        assert len(asked) == times
    assert len(set(asked)) == 1
    monkeypatch.setattr(type(warehouse), "replace", real)
    assert len(push(replica, warehouse, store, RANGE).pushed) == 3
    assert rows_of(warehouse) == rows_of(replica)
