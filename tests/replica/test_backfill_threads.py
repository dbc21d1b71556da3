"""What lets the seasons of a backfill overlap: turns at the files."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from featurestore.backfill.batch import Batch, BatchRunner, Options
from featurestore.backfill.fair_lock import FairLock, SharedWarehouse, share
from featurestore.backfill.pipeline import Pipeline
from featurestore.backfill.progress import Meter


def test_turns_are_taken_in_the_order_of_requests():
    turns, order = FairLock(), []

    def take(number):
        with turns.turn():
            order.append(number)

    with ThreadPoolExecutor(5) as pool:
        with turns.turn():
            for number in range(5):
                pool.submit(take, number)
                time.sleep(0.05)
        # Asks again at once, and still has to wait for the others.
        take("again")
    assert order[:5] == [0, 1, 2, 3, 4]


def test_a_turn_that_ends_in_an_error_is_passed_on():
    turns = FairLock()
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")
    with turns.turn():
        pass


def test_threads_that_write_and_read_one_replica_wait_for_each_other(replica):
    shared = share(replica)

    def work(number):
        with shared.write() as con:
            con.execute(
                "INSERT INTO d.games (player, game_date) VALUES (?, ?)",
                [
                    str(number),
                    date(2025, 1, 1),
                ],
            )
            # Longer than the replica's own wait of half a second, taken together.
            time.sleep(0.2)
        with shared.read() as con:
            return con.execute("SELECT count(*) FROM d.games").fetchall()[0][0]

    with ThreadPoolExecutor(5) as pool:
        counts = list(pool.map(work, range(5)))
    assert max(counts) == 5


def test_a_shared_warehouse_is_read_by_one_thread_at_a_time(warehouse, filled):
    shared, inside = SharedWarehouse(warehouse, FairLock()), []

    def look(_number):
        with shared.snapshot():
            inside.append(threading.get_ident())
            assert len(inside) == 1
            time.sleep(0.02)
            inside.pop()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(8)))


@pytest.mark.parametrize(
    ("parallel", "order"),
    [
        (1, ["compute 2022", "push 2022", "compute 2023", "push 2023", "compute 2024"]),
        (2, ["compute 2022", "compute 2023", "push 2022", "compute 2024"]),
        (3, ["compute 2022", "compute 2023", "compute 2024", "push 2022"]),
    ],
)
def test_a_season_is_pushed_while_the_next_is_computed(
    replica, warehouse, monkeypatch, parallel, order
):
    """The first push ends when as many seasons are at work as may be, and none began after them."""
    events, all_at_work = [], threading.Event()

    def prepare(self, result, pulling, computing):
        events.append(f"compute {result.batch.days[0].year}")
        if len(events) == parallel:
            all_at_work.set()

    def finish(self, result):
        assert all_at_work.wait(30)
        time.sleep(0.05)
        events.append(f"push {result.batch.days[0].year}")

    monkeypatch.setattr(BatchRunner, "prepare", prepare)
    monkeypatch.setattr(BatchRunner, "finish", finish)
    batches = [Batch((date(year, 11, 1),)) for year in (2022, 2023, 2024)]
    work = BatchRunner(replica, warehouse, None, None, Options(parallel=parallel))
    results = Pipeline(work, Meter(lambda _: None, {}, 3, batches)).run(batches)
    assert [one.batch for one in results] == batches
    assert events[: len(order)] == order
    assert events[-1] == "push 2024"
