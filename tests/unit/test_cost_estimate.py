"""Estimates of a run's cost before it begins."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from featurestore import cost_estimate
from featurestore.definitions import tables
from sync.budget import Account, Spent
from sync.model import DateRange
from sync.transfer.pull import PullReport
from sync.transfer.push import PushReport

TIB = 1024**4
DATES = DateRange(date(2025, 1, 1), date(2025, 1, 31))


def looked(billed):
    at = datetime(2025, 1, 1, tzinfo=UTC)
    return Account(entries=[Spent("job", "query", "t", billed, billed, 0.1, at)])


def pulled(rows, size):
    return PullReport("t", DATES, (), (), 0, rows, size, 0.0, "job")


def pushed(rows, replaced=0, kept=0):
    return PushReport("t", DATES, (), 0, rows, 0, kept, (), 0, 0.0, replaced=replaced)


def test_a_pull_costs_its_check_and_its_read():
    cost = cost_estimate.of_pull(looked(TIB), [pulled(10, TIB), pulled(0, 0)])
    assert (cost.jobs, cost.bytes) == (2, 2 * TIB)
    assert cost.dollars == pytest.approx(6.25 + 1.10)


def test_a_push_reads_the_staged_and_the_old_rows_and_loads_for_free():
    cost = cost_estimate.of_push(looked(0), pushed(1000), 500)
    assert (cost.jobs, cost.bytes) == (6, 3 * 1000 * 500)
    # Six statements of a write read the rows that are there.
    again = cost_estimate.of_push(looked(0), pushed(1000, replaced=900, kept=100), 500)
    assert again.bytes == (3 + 6) * 1000 * 500
    assert cost_estimate.of_push(looked(7), pushed(0), 500).bytes == 7


def test_a_query_is_billed_ten_megabytes_at_least():
    assert cost_estimate.of_queries(Account(), [1, 2]).bytes == 2 * 10 * 2**20


def test_a_row_of_the_store_is_some_kilobytes():
    assert 1_000 < tables.row_bytes(tables.tables()[tables.STORE]) < 10_000
