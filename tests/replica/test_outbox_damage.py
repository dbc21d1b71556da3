"""A damaged file of the outbox: the rows are in the replica, and are packed again."""

from __future__ import annotations

import dataclasses
from datetime import date

import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from sync.embedded.warehouse import EmbeddedWarehouse
from sync.model import DateRange
from sync.replica import outbox
from sync.transfer.push import push

RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 3))


class Killed(BaseException):
    """Simulates a process that ends here: nothing may catch it."""


@pytest.fixture
def store(table):
    return dataclasses.replace(table, direction="pushed")


@pytest.fixture
def computed(replica):
    """Local rows of three days, of which one is empty, recorded as computed."""
    with replica.write() as con:
        con.execute(
            "INSERT INTO d.games SELECT 'ann', DATE '2025-01-01' + n::INTEGER, 5, 0.5, 1, NULL"
            " FROM range(2) AS r(n)"
        )
        con.execute(
            "INSERT INTO featurestore.computed SELECT DATE '2025-01-01' + n::INTEGER,"
            " (n < 2)::INTEGER, 'sql', 'input', now(), '', NULL FROM range(3) AS r(n)"
        )


def cut(file):
    file.write_bytes(file.read_bytes()[:-20])


def scribble(file):
    content = bytearray(file.read_bytes())
    content[10:60] = b"\xff" * 50
    file.write_bytes(content)


def exchange(file):
    """Whole, and with other values: no reader of Parquet can see that."""
    rows = parquet.read_table(file)
    place = rows.schema.get_field_index("points")
    more = pc.add(rows["points"], 1)
    parquet.write_table(rows.set_column(place, rows.schema.field("points"), more), file)


DAMAGE = {
    "cut short": cut,
    "empty": lambda file: file.write_bytes(b""),
    "overwritten in the middle": scribble,
    "other values": exchange,
    "gone": lambda file: file.unlink(),
}
KILLS = {"nothing sent": (EmbeddedWarehouse, "replace"), "reply lost": (outbox, "mark_done")}


@pytest.mark.parametrize("killed", KILLS)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_outbox_file_is_written_again_and_blocks_nothing(
    computed, replica, warehouse, store, rows_of, monkeypatch, killed, damage
):
    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*KILLS[killed], die)
        with pytest.raises(Killed):
            push(replica, warehouse, store, RANGE)
    (file,) = replica.path.with_suffix(".outbox").glob("*.parquet")
    DAMAGE[damage](file)
    push(replica, warehouse, store, RANGE)
    assert rows_of(warehouse) == rows_of(replica)
    assert list(replica.path.with_suffix(".outbox").glob("*.parquet")) == []
    with replica.read() as con:
        ready = "SELECT count(*) FROM featurestore.outbox WHERE state = 'ready'"
        assert con.execute(ready).fetchall() == [(0,)]
    assert push(replica, warehouse, store, RANGE).pushed == ()
