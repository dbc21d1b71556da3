"""A push of rows that another SQL computed than those last pushed is refused once."""

from __future__ import annotations

from datetime import date

import pytest

from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import Conflict, Refused
from sync.model import DateRange
from sync.replica import migrations
from sync.transfer import push as push_module
from sync.transfer.push import push
from sync.transfer.undo import undo_push

RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 5))
SPAN = "--start-date 2025-01-01 --end-date 2025-01-03"


@pytest.fixture
def compute(replica):
    """Three days' rows of one player, as if some SQL had computed them."""

    def write(sql, version, points):
        with replica.write() as con:
            con.execute("DELETE FROM d.games")
            con.execute(
                """INSERT INTO d.games SELECT 'ann', DATE '2025-01-01' + n::INTEGER, ?, 0.5, 1, ?
                FROM range(3) AS r(n)""",
                [points, version],
            )
            con.execute(
                """INSERT OR REPLACE INTO featurestore.computed
                SELECT game_date, count(*), ?, 'input', now(), '', NULL
                FROM d.games GROUP BY ALL""",
                [sql],
            )

    return write


def test_rows_of_other_sql_are_refused_by_name_until_new_sql_is_given(
    compute, replica, warehouse, store, rows_of
):
    compute("a" * 64, "v2", 5)
    push(replica, warehouse, store, RANGE)
    compute("b" * 64, "v3", 6)
    before = rows_of(warehouse)
    for is_dry in (True, False):
        with pytest.raises(Refused) as caught:
            push(replica, warehouse, store, RANGE, dry_run=is_dry)
        assert caught.value.message == (
            "d.games: the rows to push and those last pushed were computed by different SQL:"
            " v3 (SQL bbbbbbbbbbbb) and v2 (SQL aaaaaaaaaaaa); nothing was written"
        )
        assert caught.value.hint == (
            f"featurestore diff {SPAN}; then featurestore push {SPAN} --new-sql"
        )
        assert caught.value.facts["sql"] == {"b" * 64: "v3"}
        assert caught.value.facts["last_pushed"] == {"a" * 64: "v2"}
    # Consent to write over others' rows is another one.
    with pytest.raises(Refused, match="different SQL"):
        push(replica, warehouse, store, RANGE, force=True)
    assert rows_of(warehouse) == before

    # Rows of the other version are our own: no --force.
    assert push(replica, warehouse, store, RANGE, new_sql=True).replaced == 3
    compute("b" * 64, "v3", 7)
    assert push(replica, warehouse, store, RANGE).replaced == 3
    compute("a" * 64, "v2", 5)
    with pytest.raises(Refused, match=r"different SQL: v2 .* and v3"):
        push(replica, warehouse, store, RANGE)


def test_the_first_push_and_unchanged_rows_need_no_option(compute, replica, warehouse, store):
    compute("a", "v2", 5)
    assert push(replica, warehouse, store, RANGE).rows == 3
    compute("b", "v2", 5)
    report = push(replica, warehouse, store, RANGE)
    assert (report.unchanged, report.rows) == (3, 0)


def test_dates_of_two_sqls_are_pushed_together_and_both_count_as_the_last(
    compute, replica, warehouse, store
):
    compute("a", "v2", 5)
    push(replica, warehouse, store, RANGE)
    compute("b", "v2", 6)
    with replica.write() as con:
        con.execute(
            """UPDATE featurestore.computed SET sql_digest = 'a'
            WHERE partition_date = '2025-01-01'"""
        )
    with pytest.raises(Refused) as caught:
        push(replica, warehouse, store, RANGE)
    assert caught.value.facts["sql"] == {"a": "v2", "b": "v2"}
    push(replica, warehouse, store, RANGE, new_sql=True)
    compute("a", "v2", 7)
    push(replica, warehouse, store, RANGE)
    compute("b", "v2", 8)
    with pytest.raises(Refused, match="different SQL"):
        push(replica, warehouse, store, RANGE)


def test_other_writers_rows_of_another_version_are_still_replaced_only_by_force(
    compute, replica, warehouse, store, fill
):
    compute("a", "v2", 5)
    push(replica, warehouse, store, RANGE)
    fill("UPDATE d.games SET note = 'v9' WHERE game_date = '2025-01-02'")
    compute("b", "v3", 6)
    with pytest.raises(Conflict, match="changed in the warehouse since"):
        push(replica, warehouse, store, RANGE, new_sql=True)
    assert push(replica, warehouse, store, RANGE, new_sql=True, force=True).replaced == 3


def test_rows_of_another_version_beside_ours_are_pruned_only_by_force(
    compute, replica, warehouse, store, fill
):
    fill("INSERT INTO d.games VALUES ('bob', DATE '2025-01-01', 1, 0.5, 1, 'v2')")
    compute("a", "v2", 5)
    push(replica, warehouse, store, RANGE, force=True)
    compute("b", "v3", 6)
    with pytest.raises(Conflict, match="would be replaced: v2 1;"):
        push(replica, warehouse, store, RANGE, new_sql=True, prune=True)


def test_a_push_that_was_undone_does_not_count_as_the_last_one(compute, replica, warehouse, store):
    compute("a", "v2", 5)
    push(replica, warehouse, store, RANGE)
    compute("b", "v3", 6)
    done = push(replica, warehouse, store, RANGE, new_sql=True)
    undo_push(replica, warehouse, store, done.job_ids[0])
    with pytest.raises(Refused, match=r"and v2 \(SQL"):
        push(replica, warehouse, store, RANGE)
    compute("a", "v2", 7)
    # Rows that the undo restored count as changed, whatever their version.
    assert push(replica, warehouse, store, RANGE, force=True).replaced == 3


def test_consent_survives_a_kill_after_the_entry_was_recorded(
    compute, replica, warehouse, store, monkeypatch
):
    compute("a", "v2", 5)
    push(replica, warehouse, store, RANGE)
    compute("b", "v3", 6)
    with monkeypatch.context() as patch:
        patch.setattr(push_module, "send_entry", _killed)
        with pytest.raises(KeyboardInterrupt):
            push(replica, warehouse, store, RANGE, new_sql=True)
    report = push(replica, warehouse, store, RANGE)
    assert (report.replaced, len(report.job_ids)) == (3, 1)
    compute("b", "v3", 7)
    assert push(replica, warehouse, store, RANGE).replaced == 3


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_each_warehouse_has_its_own_last_push(compute, replica, warehouse, store, tmp_path):
    other = EmbeddedWarehouse(tmp_path / "other.duckdb")
    other.create(store)
    compute("a", "v2", 5)
    push(replica, warehouse, store, RANGE)
    compute("b", "v3", 6)
    assert push(replica, other, store, RANGE).rows == 3
    with pytest.raises(Refused, match="different SQL"):
        push(replica, warehouse, store, RANGE)


def test_a_replica_of_an_earlier_version_knows_what_it_last_pushed(
    compute, replica, warehouse, store
):
    """The entry is as it was before the column; the migration's statement fills it again."""
    compute("a" * 64, "v2", 5)
    push(replica, warehouse, store, RANGE)
    with replica.write() as con:
        con.execute("ALTER TABLE featurestore.outbox DROP COLUMN sql_versions")
        for statement in migrations.MIGRATIONS[4]:
            con.execute(statement)
    compute("b" * 64, "v3", 6)
    with pytest.raises(Refused, match="and SQL aaaaaaaaaaaa; nothing"):
        push(replica, warehouse, store, RANGE)


def test_a_migration_drops_dates_that_were_computed_again_since(compute, replica, warehouse, store):
    compute("a", "v2", 5)
    push(replica, warehouse, store, RANGE)
    compute("b", "v2", 6)
    with replica.write() as con:
        con.execute("ALTER TABLE featurestore.outbox DROP COLUMN sql_versions")
        for statement in migrations.MIGRATIONS[4]:
            con.execute(statement)
    assert push(replica, warehouse, store, RANGE).replaced == 3
