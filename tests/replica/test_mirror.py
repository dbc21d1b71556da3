"""Mirroring: both sides end with the merge of both."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from featurestore.definitions import merge_rules, tables
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput, Conflict, WarehouseFailed
from sync.model import DateRange
from sync.replica.file import Replica
from sync.transfer import mirror as mirror_module
from sync.transfer.mirror import mirror

RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 5))
GAPS = tables.tables()[tables.GAPS]
NAME = GAPS.full_name
RUNS = tables.tables()[tables.RUNS]
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


def test_rows_are_copied_both_ways_and_a_second_mirror_copies_nothing(sides, rows_of):
    replica, warehouse = sides
    add(replica, "ann")
    add(warehouse, "bob", 2)
    report = mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE)
    assert (report.received, report.sent) == (1, 1)
    assert rows_of(replica, NAME) == rows_of(warehouse, NAME)
    again = mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE)
    assert (again.received, again.sent) == (0, 0)


def test_both_sides_edited_meanwhile_are_merged(sides, rows_of):
    replica, warehouse = sides
    add(replica, "ann", resolved_at=AT, resolved_by="me")
    add(warehouse, "ann", backfill_attempt_count=4)
    add(warehouse, "ann", backfill_attempt_count=2)
    mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE)
    assert rows_of(replica, NAME) == rows_of(warehouse, NAME)
    (row,) = rows_of(replica, NAME)
    assert row[GAPS.column_names.index("resolved_by")] == "me"
    assert row[GAPS.column_names.index("backfill_attempt_count")] == 4


@pytest.mark.parametrize("kind", [WarehouseFailed, OSError])
def test_a_stream_that_breaks_off_is_named_and_neither_side_changes(
    sides, rows_of, reads_pass_through, kind
):
    replica, warehouse = sides
    add(replica, "ann")
    add(warehouse, "bob", 2)

    def dying(_batches):
        raise kind("connection reset")
        yield

    before = rows_of(replica, NAME), rows_of(warehouse, NAME)
    with reads_pass_through(dying), pytest.raises(WarehouseFailed, match="connection reset"):
        mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE)
    assert (rows_of(replica, NAME), rows_of(warehouse, NAME)) == before


def test_rows_outside_the_range_stay_where_they_are(sides, rows_of):
    replica, warehouse = sides
    add(replica, "ann", 9)
    assert mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE).sent == 0
    assert rows_of(warehouse, NAME) == []


def test_a_dry_run_counts_and_changes_nothing(sides, rows_of):
    replica, warehouse = sides
    add(replica, "ann")
    assert mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE, dry_run=True).sent == 1
    assert rows_of(warehouse, NAME) == []


def test_a_kill_between_the_two_sides_is_repaired_by_the_same_command(sides, rows_of, monkeypatch):
    replica, warehouse = sides
    add(replica, "ann")
    add(warehouse, "bob")
    with monkeypatch.context() as patch:
        patch.setattr(mirror_module, "_apply", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE)
    mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE)
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
    mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE)
    assert len(calls) == 2
    assert rows_of(replica, NAME) == rows_of(warehouse, NAME)
    assert len(rows_of(replica, NAME)) == 2


def test_a_warehouse_that_keeps_changing_is_a_conflict(sides, monkeypatch):
    replica, warehouse = sides
    add(replica, "ann")
    original = mirror_module._replacement

    def meanwhile(*args):
        add(warehouse, "cid", last_backfill_error=str(datetime.now(UTC)))
        return original(*args)

    monkeypatch.setattr(mirror_module, "_replacement", meanwhile)
    with pytest.raises(Conflict):
        mirror(replica, warehouse, GAPS, merge_rules.GAPS, RANGE)


def test_a_table_without_a_rule_is_not_mirrored():
    with pytest.raises(BadInput, match="is not mirrored"):
        merge_rules.merge_rule(tables.STORE)


@pytest.fixture
def run_sides(tmp_path):
    warehouse = EmbeddedWarehouse(tmp_path / "w.duckdb", lock_wait_seconds=1)
    warehouse.create(RUNS)
    replica = Replica(tmp_path / "r.duckdb", lock_wait_seconds=1)
    replica.create([RUNS])
    return replica, warehouse


def add_run(holder, run_id, **columns):
    row = {"processor_name": "p", "run_id": run_id, "status": "running"}
    row |= {"data_date": date(2025, 1, 2), "started_at": AT, "processed_at": AT, **columns}
    names, holes = ", ".join(row), ", ".join(f"${name}" for name in row)
    with holder.write() if isinstance(holder, Replica) else holder.writer() as con:
        con.execute(f"INSERT INTO {RUNS.full_name} ({names}) VALUES ({holes})", row)


def state_of(rows):
    places = [RUNS.column_names.index(name) for name in ("run_id", "status", "triggered_by")]
    return sorted(tuple(row[place] for place in places) for row in rows)


def test_each_run_has_one_row_on_both_sides_in_the_end(run_sides, rows_of):
    replica, warehouse = run_sides
    for run_id, begun, ended in (("r1", warehouse, warehouse), ("r2", replica, warehouse),
                                 ("r3", replica, replica)):  # fmt: skip
        add_run(begun, run_id, triggered_by="me")
        add_run(ended, run_id, status="success", processed_at=datetime(2025, 1, 7, tzinfo=UTC))
    add_run(warehouse, "r4", triggered_by="twice")
    add_run(warehouse, "r4", triggered_by="twice")
    assert mirror(replica, warehouse, RUNS, merge_rules.RUNS, RANGE).sent == 4
    expected = [(name, "success", "me") for name in ("r1", "r2", "r3")]
    assert state_of(rows_of(warehouse, RUNS.full_name)) == [*expected, ("r4", "running", "twice")]
    assert rows_of(replica, RUNS.full_name) == rows_of(warehouse, RUNS.full_name)
    again = mirror(replica, warehouse, RUNS, merge_rules.RUNS, RANGE)
    assert (again.received, again.sent) == (0, 0)


def test_the_rows_of_a_run_s_start_and_end_become_one(run_sides, rows_of):
    replica, warehouse = run_sides
    add_run(warehouse, "r1")
    add_run(warehouse, "r1", status="failed", processed_at=datetime(2025, 1, 7, tzinfo=UTC))
    mirror(replica, warehouse, RUNS, merge_rules.RUNS, RANGE)
    assert state_of(rows_of(warehouse, RUNS.full_name)) == [("r1", "failed", None)]
    assert state_of(rows_of(replica, RUNS.full_name)) == [("r1", "failed", None)]


@pytest.mark.parametrize("changed", [0, 1])
def test_json_that_one_side_formats_differently_copies_nothing(run_sides, rows_of, changed):
    replica, warehouse = run_sides
    text = '{"b": 1.50, "a": [1e2, "{\\"q\\": 1.50}"]}'
    add_run(replica, "r1", summary=text, timing_breakdown='{"z":1,"y":{}}')
    mirror(replica, warehouse, RUNS, merge_rules.RUNS, RANGE)
    side = (replica, warehouse)[changed]
    normalised = '{"a":[100.0,"{\\"q\\": 1.50}"],"b":1.5}'
    with side.write() if side is replica else side.writer() as con:
        con.execute(
            f"UPDATE {RUNS.full_name} SET summary = ?, timing_breakdown = ?",
            [normalised, '{ "y": {}, "z": 1 }'],
        )
    before = [rows_of(each, RUNS.full_name) for each in run_sides]
    report = mirror(replica, warehouse, RUNS, merge_rules.RUNS, RANGE)
    assert (report.received, report.sent) == (0, 0)
    assert [rows_of(each, RUNS.full_name) for each in run_sides] == before
    assert len(before[0]) == len(before[1]) == 1


def test_json_with_other_text_inside_a_string_is_another_value(run_sides):
    replica, warehouse = run_sides
    add_run(replica, "r1", summary='"{\\"q\\": 1.5}"')
    add_run(warehouse, "r1", summary='"{\\"q\\": 1.50}"')
    report = mirror(replica, warehouse, RUNS, merge_rules.RUNS, RANGE, dry_run=True)
    assert (report.received, report.sent) in {(1, 0), (0, 1)}
