"""One or two dates are computed by one thread; the instance's threads are always restored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from featurestore.compute import local
from featurestore.compute.request import ComputeRequest
from sync.duck import connections
from sync.duck.one_thread import one_thread
from sync.model import DateRange

THREADS = "SELECT current_setting('threads')"


def threads(con):
    return con.execute(THREADS).fetchall()[0][0]


@pytest.fixture
def con(tmp_path):
    with connections.opened(tmp_path / "file.duckdb", threads=3) as connection:
        yield connection


def test_the_block_has_one_thread_and_the_previous_number_is_restored(con):
    with one_thread(con):
        assert threads(con) == 1
    assert threads(con) == 3
    with one_thread(con, enabled=False):
        assert threads(con) == 3


def test_a_failed_transaction_restores_the_threads(con):
    con.execute("CREATE TABLE t (x INTEGER PRIMARY KEY)")
    with pytest.raises(duckdb.ConstraintException), one_thread(con):
        con.execute("BEGIN")
        con.execute("INSERT INTO t VALUES (1), (1)")
    con.rollback()
    assert threads(con) == 3


@pytest.mark.parametrize(("days", "is_dry", "wanted"), [(2, False, 1), (3, False, 2), (1, True, 2)])
def test_a_range_of_a_few_dates_is_computed_by_one_thread(
    replica, days, is_dry, wanted, monkeypatch
):
    """A dry run shares its instance with other readers, and leaves it as it is."""
    seen = []

    def stop(con, dates):
        seen.append(threads(con))
        raise RuntimeError

    monkeypatch.setattr(local, "require_pulled", stop)
    object.__setattr__(replica, "threads", 2)
    first = date(2025, 1, 1)
    dates = DateRange(first, first + timedelta(days - 1))
    with pytest.raises(RuntimeError):
        local.compute(replica, ComputeRequest(dates, datetime.now(UTC)), dry_run=is_dry)
    assert seen == [wanted]
    with replica.write() as con:
        assert threads(con) == 2
