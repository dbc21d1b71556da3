"""Pulling: whole partitions, each with its ledger row, and nothing when nothing changed."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pytest

from sync.embedded.warehouse import EmbeddedSnapshot, EmbeddedWarehouse
from sync.errors import Refused, WarehouseFailed
from sync.model import Column, DateRange
from sync.replica.file import Replica
from sync.transfer import pull as pull_module
from sync.transfer.pull import pull

RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 5))


@pytest.fixture
def pulled(replica, warehouse, table, filled):
    return pull(replica, warehouse, table, RANGE)


def ledger(replica):
    with replica.read() as con:
        return con.execute(
            "SELECT partition_date, rows FROM featurestore.partitions ORDER BY 1"
        ).fetchall()


def test_a_pull_moves_the_range_and_records_empty_dates(pulled, replica, warehouse, rows_of):
    assert rows_of(replica) == rows_of(warehouse)
    assert (pulled.rows, len(pulled.fetched), len(pulled.emptied)) == (6, 3, 2)
    assert [rows for _, rows in ledger(replica)] == [2, 2, 2, 0, 0]


def test_a_second_pull_moves_nothing(pulled, replica, warehouse, table):
    again = pull(replica, warehouse, table, RANGE)
    assert (again.rows, again.fetched, again.emptied, again.unchanged) == (0, (), (), 5)


def test_a_touched_file_with_equal_rows_moves_nothing(pulled, replica, warehouse, table, fill):
    fill("CREATE TABLE other AS SELECT 1 AS x", "UPDATE d.games SET points = points")
    again = pull(replica, warehouse, table, RANGE)
    assert (again.rows, again.unchanged) == (0, 5)


@pytest.mark.parametrize(
    ("statement", "moved"),
    [
        ("UPDATE d.games SET points = 99 WHERE player = 'ann' AND game_date = '2025-01-02'", 1),
        ("DELETE FROM d.games WHERE player = 'ann' AND game_date = '2025-01-02'", 1),
        ("DELETE FROM d.games WHERE game_date = '2025-01-02'", 0),
        ("INSERT INTO d.games VALUES ('cid', '2025-01-04', 1, 1, 1, NULL)", 1),
        ("UPDATE d.games SET game_date = '2025-01-03' WHERE game_date = '2025-01-02'"
         " AND player = 'ann'", 2),
        ("UPDATE d.games SET note = '🏀' WHERE game_date = '2025-01-03'", 1),
    ],
    ids=["changed", "a row deleted", "a partition deleted", "new", "moved", "emoji"],
)  # fmt: skip
def test_what_changed_upstream_is_noticed_and_swapped(
    pulled, replica, warehouse, table, fill, rows_of, statement, moved
):
    if "VALUES ('cid'" not in statement and "game_date = '2025-01-03'" in statement:
        fill("UPDATE d.games SET player = player || 'x' WHERE game_date = '2025-01-03'")
        pull(replica, warehouse, table, RANGE)
    fill(statement)
    again = pull(replica, warehouse, table, RANGE)
    assert len(again.fetched) == moved
    assert rows_of(replica) == rows_of(warehouse)


def test_a_dry_run_reports_and_changes_nothing(replica, warehouse, table, filled, rows_of):
    plan = pull(replica, warehouse, table, RANGE, dry_run=True)
    assert (len(plan.fetched), plan.rows) == (3, 6)
    assert plan.bytes > 0
    assert rows_of(replica) == []
    assert ledger(replica) == []


def dying(error):
    """The first row, then the error."""

    def batches(reader):
        yield next(iter(reader)).slice(0, 1)
        raise error

    return batches


@pytest.mark.parametrize(
    "error",
    [OSError("connection reset"), RuntimeError("connection reset"),
     WarehouseFailed("d.games: connection reset")],
    ids=["system", "unforeseen", "warehouse"],
)  # fmt: skip
def test_a_stream_that_dies_half_way_leaves_the_old_partitions(
    pulled, replica, warehouse, table, fill, rows_of, reads_pass_through, error
):
    before, held = rows_of(replica), ledger(replica)
    fill("UPDATE d.games SET points = 1000")
    with reads_pass_through(dying(error)), pytest.raises(WarehouseFailed, match="connection reset"):
        pull(replica, warehouse, table, RANGE)
    assert (rows_of(replica), ledger(replica)) == (before, held)
    pull(replica, warehouse, table, RANGE)
    assert rows_of(replica) == rows_of(warehouse)


def test_the_warehouse_s_own_error_is_raised_unchanged(
    replica, warehouse, table, filled, reads_pass_through
):
    error = WarehouseFailed("d.games: quota", hint="wait until midnight", quota="bytes")
    with reads_pass_through(dying(error)), pytest.raises(WarehouseFailed) as caught:
        pull(replica, warehouse, table, RANGE)
    assert caught.value is error


def test_a_pull_that_is_killed_between_two_windows_keeps_the_first(
    replica, warehouse, table, filled, rows_of, monkeypatch, reads_pass_through
):
    monkeypatch.setattr(pull_module, "WINDOW_ROWS", 2)
    reads = []

    def second_dies(reader):
        reads.append(1)
        if len(reads) == 2:
            raise OSError("killed")
        yield from reader

    with reads_pass_through(second_dies), pytest.raises(WarehouseFailed):
        pull(replica, warehouse, table, RANGE)
    assert ledger(replica) == [(date(2025, 1, 1), 2)]
    assert pull(replica, warehouse, table, RANGE).rows == 4
    assert rows_of(replica) == rows_of(warehouse)


def test_a_kill_before_the_commit_leaves_rows_and_ledger_as_they_were(
    pulled, replica, warehouse, table, fill, rows_of, monkeypatch
):
    before, held = rows_of(replica), ledger(replica)
    fill("UPDATE d.games SET points = 1000")

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        # Called after the rows and their ledger rows were written.
        patch.setattr(pull_module.ledger, "forget_other_etags", interrupt)
        with pytest.raises(KeyboardInterrupt):
            pull(replica, warehouse, table, RANGE)
    assert (rows_of(replica), ledger(replica)) == (before, held)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda reader: (batch.slice(1) for batch in reader), "1 row arrived, 2 were announced"),
        (lambda reader: [], "0 rows arrived, 2 were announced"),
        (lambda reader: [batch for batch in reader for _ in range(2)], "4 rows arrived"),
    ],
    ids=["a row lost", "an empty stream", "rows twice"],
)
def test_a_stream_that_is_not_what_was_announced_is_refused(
    replica, warehouse, table, filled, rows_of, reads_pass_through, change, message
):
    with reads_pass_through(change), pytest.raises(WarehouseFailed, match=message):
        pull(replica, warehouse, table, RANGE)
    assert (rows_of(replica), ledger(replica)) == ([], [])


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_that_is_not_finite_is_refused_and_named(
    replica, warehouse, table, filled, fill, rows_of, value
):
    fill(f"UPDATE d.games SET share = '{value}' WHERE player = 'bob' AND points = 10")
    with pytest.raises(Refused, match=rf"d.games.share: {value} .* player bob"):
        pull(replica, warehouse, table, RANGE)
    assert rows_of(replica) == []


def test_rows_without_a_date_are_named(replica, warehouse, table, filled, fill):
    fill("ALTER TABLE d.games ALTER game_date DROP NOT NULL", "UPDATE d.games SET game_date = NULL")
    with pytest.raises(Refused, match="6 rows without game_date"):
        pull(replica, warehouse, table, RANGE)


def test_columns_may_be_missing_added_or_reordered_upstream(
    replica, warehouse, table, fill, rows_of
):
    fill(
        "DROP TABLE d.games",
        "CREATE TABLE d.games (extra INTEGER, points BIGINT, game_date DATE, player VARCHAR)",
        "INSERT INTO d.games VALUES (1, 2, '2025-01-01', 'ann')",
    )
    pull(replica, warehouse, table, RANGE)
    assert rows_of(replica) == [("ann", date(2025, 1, 1), 2, None, None, None)]


def test_a_missing_required_column_is_refused(replica, warehouse, table, fill):
    fill("DROP TABLE d.games", "CREATE TABLE d.games (game_date DATE, points BIGINT)")
    with pytest.raises(Refused, match="lacks the required column player"):
        pull(replica, warehouse, table, RANGE)


@pytest.mark.parametrize(
    ("points", "kept"),
    [("DECIMAL(38,9)", 10), ("VARCHAR", 10), ("DOUBLE", 10), ("INTEGER", 10)],
)
def test_a_column_of_another_type_is_pulled_if_each_value_fits(
    replica, warehouse, table, filled, fill, rows_of, points, kept
):
    fill(f"ALTER TABLE d.games ALTER points TYPE {points} USING (points::BIGINT)::{points}")
    pull(replica, warehouse, table, RANGE)
    assert ("bob", date(2025, 1, 2), kept, 0.25, 1.5, None) in [
        (*row[:4], float(row[4]), row[5]) for row in rows_of(replica)
    ]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("DOUBLE", "1.5", "1.5"),
        ("VARCHAR", "'many'", "many"),
        ("HUGEINT", "10::HUGEINT ** 30", "1"),
    ],
)
def test_a_value_that_does_not_fit_its_declared_type_is_refused_and_named(
    replica, warehouse, table, filled, fill, rows_of, kind, value, shown
):
    fill(
        f"ALTER TABLE d.games ALTER points TYPE {kind}",
        f"UPDATE d.games SET points = {value} WHERE player = 'bob' AND game_date = '2025-01-03'",
    )
    with pytest.raises(Refused, match=rf"d.games.points: {shown}.* does not fit .*INT64") as caught:
        pull(replica, warehouse, table, RANGE)
    assert caught.value.facts["row"] == {"game_date": "2025-01-03", "player": "bob"}
    assert rows_of(replica) == []


def test_a_null_in_a_required_column_is_refused_and_named(replica, warehouse, table, filled, fill):
    fill("ALTER TABLE d.games ALTER player DROP NOT NULL", "UPDATE d.games SET player = NULL")
    with pytest.raises(Refused, match=r"games.player: NULL is required, at game_date 2025-01-0"):
        pull(replica, warehouse, table, RANGE)


def test_pulled_rows_of_a_pushed_table_do_not_replace_the_computed_ones(tmp_path, table):
    pushed = replace(table, direction="pushed")
    warehouse = EmbeddedWarehouse(tmp_path / "w.duckdb")
    warehouse.create(pushed)
    replica = Replica(tmp_path / "r.duckdb")
    replica.create([pushed])
    with warehouse.writer() as con:
        con.execute("INSERT INTO d.games VALUES ('ann', '2025-01-01', 1, 1, 1, 'theirs')")
    with replica.write() as con:
        con.execute("INSERT INTO d.games VALUES ('ann', '2025-01-01', 2, 2, 2, 'ours')")
    pull(replica, warehouse, pushed, RANGE)
    with replica.read() as con:
        rows = con.execute("SELECT note FROM d.games UNION ALL SELECT note FROM upstream.games")
        assert rows.fetchall() == [("ours",), ("theirs",)]


def test_a_merged_table_is_never_pulled_over(replica, warehouse, table):
    with pytest.raises(Refused, match="a mirrored table has local rows"):
        pull(replica, warehouse, replace(table, direction="mirrored"), RANGE)


def test_a_table_that_the_warehouse_lacks_is_named(replica, warehouse, table):
    with pytest.raises(WarehouseFailed, match=r"d.nothing: no such table"):
        pull(replica, warehouse, replace(table, name="nothing"), RANGE)


@pytest.fixture
def old(warehouse, table, filled, fill):
    """The warehouse as it was before a change of every row."""
    copy = EmbeddedWarehouse(warehouse.path.with_name("old.duckdb"))
    copy.path.write_bytes(warehouse.path.read_bytes())
    copy.url = warehouse.url
    fill("UPDATE d.games SET points = 1000")
    return copy


@pytest.mark.parametrize("killed", [False, True], ids=["whole", "killed before its end"])
def test_an_old_pull_that_ends_after_a_newer_one_is_set_right_by_the_next(
    replica, warehouse, old, table, rows_of, monkeypatch, killed
):
    planned = EmbeddedSnapshot.partitions

    def newer_goes_first(*args):
        answer = planned(*args)
        monkeypatch.setattr(EmbeddedSnapshot, "partitions", planned)
        pull(replica, warehouse, table, RANGE)
        return answer

    def progress(*_):
        if killed:
            raise KeyboardInterrupt

    monkeypatch.setattr(EmbeddedSnapshot, "partitions", newer_goes_first)
    with pytest.raises(KeyboardInterrupt) if killed else nullcontext():
        pull(replica, old, table, RANGE, progress=progress)
    assert rows_of(replica) != rows_of(warehouse)
    pull(replica, warehouse, table, RANGE)
    assert rows_of(replica) == rows_of(warehouse)


def test_an_old_pull_that_ends_within_a_newer_one_is_set_right_by_the_next(
    replica, warehouse, old, table, rows_of
):
    def older_comes_between(*_):
        pull(replica, old, table, RANGE)

    pull(replica, warehouse, table, RANGE, progress=older_comes_between)
    pull(replica, warehouse, table, RANGE)
    assert rows_of(replica) == rows_of(warehouse)


def test_a_pull_from_another_warehouse_proves_nothing_about_the_first(
    pulled, replica, warehouse, table, tmp_path, rows_of
):
    other = EmbeddedWarehouse(tmp_path / "other.duckdb")
    other.create(table)
    assert len(pull(replica, other, table, RANGE).emptied) == 3
    assert rows_of(replica) == []
    pull(replica, warehouse, table, RANGE)
    assert rows_of(replica) == rows_of(warehouse)


def test_for_an_unchanged_range_only_the_etag_is_read(
    pulled, replica, warehouse, table, monkeypatch
):
    monkeypatch.delattr(EmbeddedSnapshot, "partitions")
    monkeypatch.delattr(EmbeddedSnapshot, "read")
    inner = DateRange(date(2025, 1, 2), date(2025, 1, 3))
    assert pull(replica, warehouse, table, RANGE).unchanged == 5
    assert pull(replica, warehouse, table, inner).unchanged == 2


def test_a_wider_range_moves_only_what_is_new(pulled, replica, warehouse, table):
    wider = pull(replica, warehouse, table, DateRange(date(2024, 12, 30), date(2025, 1, 6)))
    assert (wider.fetched, len(wider.emptied), wider.unchanged) == ((), 3, 5)


def test_progress_counts_rows_up_to_all_of_them(replica, warehouse, table, filled, monkeypatch):
    monkeypatch.setattr(pull_module, "WINDOW_ROWS", 4)
    seen = []
    pull(replica, warehouse, table, RANGE, progress=lambda *step: seen.append(step))
    assert seen == [(4, 6), (6, 6)]


def test_a_new_nullable_column_of_the_declaration_stays_null(replica, warehouse, table, filled):
    wider = replace(table, columns=(*table.columns, Column("steals", "ARRAY<INT64>")))
    with replica.write() as con:
        con.execute("ALTER TABLE d.games ADD COLUMN steals BIGINT[]")
    assert pull(replica, warehouse, wider, RANGE).rows == 6
