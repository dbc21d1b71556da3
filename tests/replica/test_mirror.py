"""Mirroring: both sides end with the merge of both."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from featurestore.definitions import tables
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput, Conflict
from sync.model import DateRange
from sync.replica.file import Replica
from sync.transfer import mirror as mirror_module
from sync.transfer.mirror import mirror

RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 5))
GAPS = tables.tables()[tables.GAPS]
NAME = GAPS.full_name
AT = datetime(2025, 1, 6, tzinfo=UTC)


@pytest.fixture
def sides(tmp_path):
    warehouse = EmbeddedWarehouse(tmp_path / "w.duckdb", lock_wait_seconds=1)
    warehouse.create(GAPS)
    replica = Replica(tmp_path / "r.duckdb", lock_wait_seconds=1)
    replica.create([GAPS])
    return replica, warehouse


def add(holder, player, day=1, **columns):
    row = {"player_lookup": player, "game_date": date(2025, 1, day), "reason": "bootstrap"}
    row |= {"detected_at": AT, **columns}
    names, holes = ", ".join(row), ", ".join(f"${name}" for name in row)
    with holder.write() if isinstance(holder, Replica) else holder.writer() as con:
        con.execute(f"INSERT INTO {NAME} ({names}) VALUES ({holes})", row)


def test_rows_go_both_ways_and_a_second_mirror_moves_nothing(sides, rows_of):
    replica, warehouse = sides
    add(replica, "ann")
    add(warehouse, "bob", 2)
    report = mirror(replica, warehouse, GAPS, RANGE)
    assert (report.received, report.sent) == (1, 1)
    assert rows_of(replica, NAME) == rows_of(warehouse, NAME)
    again = mirror(replica, warehouse, GAPS, RANGE)
    assert (again.received, again.sent) == (0, 0)


def test_both_sides_edited_meanwhile_are_merged(sides, rows_of):
    replica, warehouse = sides
    add(replica, "ann", resolved_at=AT, resolved_by="me")
    add(warehouse, "ann", backfill_attempt_count=4)
    add(warehouse, "ann", backfill_attempt_count=2)
    mirror(replica, warehouse, GAPS, RANGE)
    assert rows_of(replica, NAME) == rows_of(warehouse, NAME)
    (row,) = rows_of(replica, NAME)
    assert row[GAPS.column_names.index("resolved_by")] == "me"
    assert row[GAPS.column_names.index("backfill_attempt_count")] == 4


def test_rows_outside_the_range_stay_where_they_are(sides, rows_of):
    replica, warehouse = sides
    add(replica, "ann", 9)
    assert mirror(replica, warehouse, GAPS, RANGE).sent == 0
    assert rows_of(warehouse, NAME) == []


def test_a_dry_run_counts_and_changes_nothing(sides, rows_of):
    replica, warehouse = sides
    add(replica, "ann")
    assert mirror(replica, warehouse, GAPS, RANGE, dry_run=True).sent == 1
    assert rows_of(warehouse, NAME) == []


def test_a_kill_between_the_two_sides_is_mended_by_the_same_command(sides, rows_of, monkeypatch):
    replica, warehouse = sides
    add(replica, "ann")
    add(warehouse, "bob")
    with monkeypatch.context() as patch:
        patch.setattr(mirror_module, "_apply", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            mirror(replica, warehouse, GAPS, RANGE)
    mirror(replica, warehouse, GAPS, RANGE)
    assert rows_of(replica, NAME) == rows_of(warehouse, NAME)
    assert len(rows_of(replica, NAME)) == 2


def test_a_change_between_reading_and_writing_is_merged_again(sides, rows_of, monkeypatch):
    replica, warehouse = sides
    add(replica, "ann")
    original, calls = mirror_module._replacement, []

    def meanwhile(*args):
        if not calls:
            add(warehouse, "cid")
        calls.append(1)
        return original(*args)

    monkeypatch.setattr(mirror_module, "_replacement", meanwhile)
    mirror(replica, warehouse, GAPS, RANGE)
    assert len(calls) == 2
    assert rows_of(replica, NAME) == rows_of(warehouse, NAME)
    assert len(rows_of(replica, NAME)) == 2


def test_a_warehouse_that_never_holds_still_is_a_conflict(sides, monkeypatch):
    replica, warehouse = sides
    add(replica, "ann")
    original = mirror_module._replacement

    def meanwhile(*args):
        add(warehouse, "cid", last_backfill_error=str(datetime.now(UTC)))
        return original(*args)

    monkeypatch.setattr(mirror_module, "_replacement", meanwhile)
    with pytest.raises(Conflict):
        mirror(replica, warehouse, GAPS, RANGE)


def test_a_table_without_a_rule_is_not_mirrored(sides):
    with pytest.raises(BadInput, match="is not mirrored"):
        mirror(*sides, tables.tables()[tables.STORE], RANGE)
