"""The embedded warehouse's atomic write keeps the protocol's promises."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sync.errors import Conflict, Refused, WarehouseFailed
from sync.model import DateRange, Replacement

DAY = date(2025, 1, 2)


@pytest.fixture
def replacement(table, parquet_file):
    """A replacement of one day by ann with 77 points, changed by keyword."""

    def make(content=None, **changes):
        content = content or {"player": ["ann"], "game_date": [DAY], "points": [77]}
        settings = {
            "table": table,
            "days": (DAY,),
            "parquet": parquet_file(content),
            "rows": len(content["player"]),
            "key": table.key,
            "prune": False,
            "expected": {},
            "job_id": "job1",
            "digest": "a",
        }
        return Replacement(**(settings | changes))

    return make


def day_rows(warehouse):
    with warehouse.writer() as con:
        return con.execute(
            "SELECT player, points FROM d.games WHERE game_date = ? ORDER BY 1", [DAY]
        ).fetchall()


def token(warehouse, table):
    with warehouse.snapshot() as snapshot:
        return snapshot.partitions(table, DateRange(DAY, DAY))[DAY].token


def test_pushed_keys_are_replaced_and_other_rows_kept(filled, warehouse, replacement, table):
    done = warehouse.replace(replacement())
    assert (done.inserted, done.deleted, done.kept) == (1, 1, 1)
    assert day_rows(warehouse) == [("ann", 77), ("bob", 10)]
    assert done.partitions[DAY].token == token(warehouse, table)


def test_prune_removes_rows_that_are_not_sent(filled, warehouse, replacement):
    done = warehouse.replace(replacement(prune=True))
    assert (done.inserted, done.deleted, done.kept) == (1, 2, 0)
    assert day_rows(warehouse) == [("ann", 77)]


def test_a_job_is_done_once_and_its_result_is_returned_again(filled, warehouse, replacement, fill):
    first = warehouse.replace(replacement())
    fill("DELETE FROM d.games WHERE player = 'ann'")
    again = warehouse.replace(replacement())
    assert again.repeated
    assert (again.inserted, again.partitions) == (first.inserted, first.partitions)
    assert day_rows(warehouse) == [("bob", 10)]


def test_a_job_id_with_other_content_is_refused(filled, warehouse, replacement):
    warehouse.replace(replacement())
    with pytest.raises(Refused, match="job1: was already done with other content"):
        warehouse.replace(replacement(digest="b"))


@pytest.mark.parametrize("expected", [{DAY: "stale"}, {DAY: None}, {date(2025, 1, 3): None}])
def test_a_partition_that_changed_is_a_conflict(filled, warehouse, replacement, expected):
    days = tuple(sorted({DAY, *expected}))
    with pytest.raises(Conflict, match="1 date changed in the warehouse meanwhile"):
        warehouse.replace(replacement(expected=expected, days=days))
    assert day_rows(warehouse) == [("ann", 10), ("bob", 10)]


def test_a_write_with_the_expected_token_succeeds(filled, warehouse, replacement, table):
    warehouse.replace(replacement(expected={DAY: token(warehouse, table)}))
    assert day_rows(warehouse)[0] == ("ann", 77)


@pytest.mark.parametrize(
    ("rows", "changes", "error", "message"),
    [
        ({"player": ["ann"], "game_date": [DAY], "nonsense": [1]}, {}, Refused, "no column"),
        ({"player": ["ann"], "game_date": [DAY], "points": [1.5]}, {}, Refused, "does not fit"),
        ({"player": ["ann"], "game_date": [DAY], "points": ["x"]}, {}, Refused, "does not fit"),
        ({"player": ["a", "a"], "game_date": [DAY, DAY]}, {}, Refused, "is repeated"),
        ({"player": ["a"], "game_date": [date(2025, 2, 1)]}, {}, Refused, "outside the dates"),
        ({"player": ["a"], "game_date": [DAY]}, {"rows": 2}, WarehouseFailed, "1 row staged"),
        ({"player": [None], "game_date": [DAY], "points": [1]}, {}, WarehouseFailed, "NOT NULL"),
    ],
)  # fmt: skip
def test_a_write_that_is_not_complete_is_refused_and_nothing_changes(
    filled, warehouse, replacement, rows, changes, error, message
):
    with pytest.raises(error, match=message):
        warehouse.replace(replacement(rows, **changes))
    assert day_rows(warehouse) == [("ann", 10), ("bob", 10)]


def test_a_column_that_is_not_sent_keeps_its_cell_and_is_null_in_a_new_row(
    filled, warehouse, replacement, rows_of
):
    content = {"player": ["ann", "cid"], "game_date": [DAY, DAY], "points": [77, 78]}
    warehouse.replace(replacement(content))
    rows = rows_of(warehouse)
    assert ("ann", DAY, 77, 0.25, Decimal("1.5"), None) in rows
    assert ("cid", DAY, 78, None, None, None) in rows


def test_creating_a_table_twice_leaves_its_rows(filled, warehouse, table, rows_of):
    assert warehouse.create(table) is False
    assert len(rows_of(warehouse)) == 6
