"""Pulling: whole partitions, each with its ledger row, and nothing when nothing changed."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pyarrow as pa
import pytest

from sync import pull as pull_module
from sync.errors import Refused, WarehouseFailed
from sync.model import DateRange
from sync.pull import pull

RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 5))


@pytest.fixture
def pulled(replica, warehouse, table, filled):
    return pull(replica, warehouse, table, RANGE)


def ledger(replica):
    with replica.read() as con:
        return con.execute(
            "SELECT partition_date, rows FROM featurestore.partitions ORDER BY 1"
        ).fetchall()


def test_a_pull_moves_the_range_and_records_empty_dates(
    pulled, replica, warehouse, rows_of
):
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


def test_a_dry_run_tells_and_changes_nothing(replica, warehouse, table, filled, rows_of):
    plan = pull(replica, warehouse, table, RANGE, dry_run=True)
    assert (len(plan.fetched), plan.rows) == (3, 6)
    assert plan.bytes > 0
    assert rows_of(replica) == []
    assert ledger(replica) == []


def test_a_stream_that_dies_half_way_leaves_the_old_partitions(
    pulled, replica, warehouse, table, fill, rows_of, monkeypatch
):
    before, held = rows_of(replica), ledger(replica)
    fill("UPDATE d.games SET points = 1000")

    class Dying:
        def __init__(self, reader):
            self._batches, self.schema = reader, reader.schema

        def __iter__(self):
            yield next(iter(self._batches)).slice(0, 1)
            raise OSError("connection reset")

    original = type(warehouse).snapshot

    @contextmanager
    def snapshot(self):
        with original(self) as found:
            read = found.read

            @contextmanager
            def broken(*args):
                with read(*args) as reader:
                    yield Dying(reader)

            found.read = broken
            yield found

    with monkeypatch.context() as patch:
        patch.setattr(type(warehouse), "snapshot", snapshot)
        with pytest.raises((OSError, pa.ArrowException, Exception), match="connection reset"):
            pull(replica, warehouse, table, RANGE)
    assert (rows_of(replica), ledger(replica)) == (before, held)
    pull(replica, warehouse, table, RANGE)
    assert rows_of(replica) == rows_of(warehouse)


def test_an_error_between_two_windows_keeps_the_first(
    replica, warehouse, table, filled, rows_of, monkeypatch
):
    monkeypatch.setattr(pull_module, "WINDOW_ROWS", 2)
    swapped = pull_module.swap_partitions

    def fail_at_the_second(con, what, window):
        if window[0].day == date(2025, 1, 2):
            raise KeyboardInterrupt
        swapped(con, what, window)

    with monkeypatch.context() as patch:
        patch.setattr(pull_module, "swap_partitions", fail_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            pull(replica, warehouse, table, RANGE)
    assert ledger(replica) == [(date(2025, 1, 1), 2)]
    assert pull(replica, warehouse, table, RANGE).rows == 4
    assert rows_of(replica) == rows_of(warehouse)


def test_a_count_that_does_not_match_is_refused(
    replica, warehouse, table, filled, rows_of, monkeypatch
):
    monkeypatch.setattr(
        pull_module, "_casts", lambda *_: "DISTINCT 'ann' AS player, game_date, points, share,"
        " minutes, note"
    )  # fmt: skip
    with pytest.raises(WarehouseFailed, match="1 rows arrived, 2 were announced"):
        pull(replica, warehouse, table, RANGE)
    assert rows_of(replica) == []


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
