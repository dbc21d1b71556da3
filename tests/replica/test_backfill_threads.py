"""What lets the seasons of a backfill overlap: turns at the files, and partitions read ahead."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from featurestore.backfill.fair_lock import FairLock, SharedWarehouse, share
from featurestore.backfill.prefetch import PrefetchedWarehouse, prefetch
from sync.model import DateRange
from sync.transfer.pull import pull

DATES = DateRange(date(2025, 1, 1), date(2025, 1, 31))


def test_turns_are_taken_in_the_order_in_which_they_were_asked_for():
    turns, order = FairLock(), []

    def take(number):
        with turns.turn():
            order.append(number)

    with ThreadPoolExecutor(5) as pool:
        with turns.turn():
            for number in range(5):
                pool.submit(take, number)
                time.sleep(0.05)
        # Asks again at once, and still comes after those that wait.
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


@pytest.fixture
def ahead(replica, warehouse, table, tmp_path):
    """``ahead(after=None) -> PrefetchedWarehouse``, read now."""

    def read(**options):
        prefetched = prefetch(replica, warehouse, table, DATES, tmp_path, **options)
        return PrefetchedWarehouse(warehouse.url, [prefetched])

    return read


def test_a_pull_from_what_was_read_ahead_gives_the_warehouses_rows(
    replica, warehouse, table, filled, ahead, rows_of
):
    source = ahead()
    assert source.serves(replica)
    report = pull(replica, source, table, DATES)
    assert (report.rows, len(report.emptied)) == (6, 28)
    assert rows_of(replica) == rows_of(warehouse)
    assert pull(replica, warehouse, table, DATES).rows == 0
    again = ahead()
    assert again.serves(replica)
    assert pull(replica, again, table, DATES).rows == 0


def test_what_was_read_ahead_does_not_serve_when_more_is_needed(
    replica, warehouse, table, filled, ahead
):
    later = ahead(after=date(2025, 1, 1))
    assert not later.serves(replica)
    pull(replica, warehouse, table, DateRange(date(2025, 1, 1), date(2025, 1, 1)))
    assert later.serves(replica)
    assert pull(replica, later, table, DATES).rows == 4


def test_an_etag_that_proved_all_does_not_serve_once_it_is_forgotten(
    replica, warehouse, table, filled, fill, ahead, rows_of
):
    pull(replica, warehouse, table, DATES)
    source = ahead()
    assert source.serves(replica)
    fill("UPDATE d.games SET points = 99 WHERE player = 'ann'")
    pull(replica, warehouse, table, DateRange(date(2025, 1, 1), date(2025, 1, 1)))
    assert not source.serves(replica)


def test_only_an_optional_table_may_be_missing(replica, warehouse, table, tmp_path):
    missing = replace(table, name="nowhere")
    for found in (missing, replace(missing, optional=True)):
        prefetched = prefetch(replica, warehouse, found, DATES, tmp_path)
        assert PrefetchedWarehouse(warehouse.url, [prefetched]).serves(replica) is found.optional
