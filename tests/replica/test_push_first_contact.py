"""What a push does about rows it did not write: first contact, identity, versions, doubles."""

from __future__ import annotations

import dataclasses
import shutil
from contextlib import closing
from datetime import date

import pytest

from sync.duck import connections
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import Conflict, Refused
from sync.identity import identity
from sync.model import Column, DateRange
from sync.replica import identities, migrations
from sync.replica.file import Replica
from sync.transfer.pull import pull
from sync.transfer.push import push

RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 5))
FIRST = date(2025, 1, 1)


@pytest.fixture
def replica(tmp_path, store):
    """Beside the computed rows, it holds those that are pulled."""
    new_replica = Replica(tmp_path / "replica.duckdb", lock_wait_seconds=0.5)
    new_replica.create([store])
    return new_replica


@pytest.fixture
def computed(replica):
    """Local rows of three days with version 'ours', recorded as computed."""

    def write(points=5):
        with replica.write() as con:
            con.execute("DELETE FROM d.games")
            con.execute(
                """INSERT INTO d.games SELECT 'ann', DATE '2025-01-01' + n::INTEGER, ?, 0.5, 1,
                'ours' FROM range(3) AS r(n)""",
                [points],
            )
            con.execute(
                """INSERT OR REPLACE INTO featurestore.computed
                SELECT game_date, count(*), 'sql', 'input', now(), '', NULL
                FROM d.games GROUP BY ALL"""
            )

    write()
    return write


def theirs(player="ann", day="2025-01-01", points=5, note="ours"):
    return f"INSERT INTO d.games VALUES ('{player}', DATE '{day}', {points}, 0.5, 1, '{note}')"


def test_rows_that_were_never_seen_are_a_conflict_that_names_rows_versions_and_commands(
    computed, replica, warehouse, store, fill, rows_of
):
    fill(theirs(points=1), theirs("bob", note="v9"), theirs(day="2025-01-02", points=1))
    before = rows_of(warehouse)
    with pytest.raises(Conflict, match="neither pulled nor pushed") as caught:
        push(replica, warehouse, store, RANGE)
    assert rows_of(warehouse) == before
    facts = caught.value.facts
    assert facts["dates"] == facts["never_seen"] == ["2025-01-01", "2025-01-02"]
    assert (facts["rows"], facts["versions"]) == (3, {"ours": 2, "v9": 1})
    span = "--start-date 2025-01-01 --end-date 2025-01-02"
    assert caught.value.hint == (f"featurestore diff {span}; then featurestore push {span} --force")
    report = push(replica, warehouse, store, RANGE, force=True)
    assert (report.replaced, report.added, report.kept) == (2, 1, 1)
    assert report.other_versions == {"v9": 1}


def test_the_same_rows_of_another_writer_are_unchanged_and_known_from_then_on(
    computed, replica, warehouse, store, fill, rows_of
):
    fill(theirs(), theirs("bob"))
    dry = push(replica, warehouse, store, RANGE, dry_run=True)
    done = push(replica, warehouse, store, RANGE)
    assert dry.unchanged == done.unchanged == 1
    assert (len(done.pushed), done.rows) == (2, 2)
    computed(points=6)
    # Bob's row is not ours; Ann's is known now.
    assert push(replica, warehouse, store, RANGE).replaced == 3


def test_rows_that_were_pulled_are_known(computed, replica, warehouse, store, fill):
    fill(theirs(points=1))
    pull(replica, warehouse, store, RANGE)
    assert push(replica, warehouse, store, RANGE).replaced == 1


def test_rows_that_changed_to_the_computed_ones_are_not_a_conflict(
    computed, replica, warehouse, store, fill
):
    push(replica, warehouse, store, RANGE)
    computed(points=7)
    fill("UPDATE d.games SET points = 7")
    assert push(replica, warehouse, store, RANGE).unchanged == 3


@pytest.mark.parametrize("prune", [False, True])
def test_a_dry_run_foresees_what_the_push_reports(computed, replica, warehouse, store, fill, prune):
    fill(theirs(points=1), theirs("bob", note="v9"), theirs(note="v9", points=2),
         theirs("cid", "2025-01-02"))  # fmt: skip
    counts = [
        push(replica, warehouse, store, RANGE, prune=prune, force=True, dry_run=dry)
        for dry in (True, False)
    ]
    names = ("rows", "added", "replaced", "pruned", "kept", "deleted", "other_versions", "pushed")
    dry, done = [{name: getattr(one, name) for name in names} for one in counts]
    assert dry == done
    assert (done["replaced"], done["added"], done["pruned"] + done["kept"]) == (2, 2, 2)
    assert done["other_versions"] == {"v9": 2}


def test_rows_of_another_version_are_replaced_only_by_force(
    computed, replica, warehouse, store, fill, rows_of
):
    fill(theirs(note="v9"), theirs("bob", note="v9"))
    pull(replica, warehouse, store, RANGE)
    before = rows_of(warehouse)
    with pytest.raises(Conflict, match="another note would be replaced: v9 1") as caught:
        push(replica, warehouse, store, RANGE)
    assert caught.value.facts["versions"] == {"v9": 1}
    with pytest.raises(Conflict, match="v9 2"):
        push(replica, warehouse, store, RANGE, prune=True)
    assert rows_of(warehouse) == before
    assert push(replica, warehouse, store, RANGE, force=True).replaced == 1


def test_a_repeated_key_becomes_one_row_unless_undeclared_cells_would_be_lost(
    computed, replica, warehouse, store, fill, rows_of
):
    fill("ALTER TABLE d.games ADD COLUMN odds DOUBLE", f"{theirs()[:-1]}, 1.5)",
         f"{theirs()[:-1]}, 2.5)")  # fmt: skip
    pull(replica, warehouse, store, RANGE)
    before = rows_of(warehouse)
    with pytest.raises(Conflict, match="1 keys have several rows with different values of odds"):
        push(replica, warehouse, store, RANGE)
    assert rows_of(warehouse) == before
    fill("UPDATE d.games SET odds = 1.5")
    pull(replica, warehouse, store, RANGE)
    assert push(replica, warehouse, store, RANGE).replaced == 2
    assert [row[6] for row in rows_of(warehouse) if row[1] == FIRST] == [1.5]


def test_a_file_is_one_warehouse_in_every_form_of_its_path(
    computed, replica, warehouse, store, fill, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    link = tmp_path / "link.duckdb"
    link.symlink_to(warehouse.path)
    push(replica, EmbeddedWarehouse(link.relative_to(tmp_path)), store, RANGE)
    for path in (warehouse.path, link, warehouse.path.relative_to(tmp_path)):
        assert push(replica, EmbeddedWarehouse(path), store, RANGE).unchanged == 3
    fill("UPDATE d.games SET points = 1")
    computed(points=6)
    for path in (warehouse.path, link, warehouse.path.relative_to(tmp_path)):
        with pytest.raises(Conflict, match="3 dates changed"):
            push(replica, EmbeddedWarehouse(path), store, RANGE)


def test_a_copy_of_a_known_file_is_known_and_another_file_is_not(
    computed, replica, warehouse, store, fill, tmp_path
):
    push(replica, warehouse, store, RANGE)
    copy = tmp_path / "copy.duckdb"
    shutil.copy(warehouse.path, copy)
    computed(points=6)
    assert push(replica, EmbeddedWarehouse(copy), store, RANGE).replaced == 3
    fill("UPDATE d.games SET points = 1")
    other = tmp_path / "other.duckdb"
    shutil.copy(warehouse.path, other)
    with pytest.raises(Conflict):
        push(replica, EmbeddedWarehouse(other), store, RANGE)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("bigquery://p", "bigquery://p?location=US"),
        ("bigquery://p?location=us", "bigquery://p?location=US"),
        ("bigquery://p?parallel=4&location=US&max_bytes=9", "bigquery://p?location=US"),
        ("bigquery://p?tokens=modified", "bigquery://p?location=US"),
        ("bigquery://p?location=Europe-West1", "bigquery://p?location=europe-west1"),
        ("bigquery://p?parallel=4#a=b,c=d", "bigquery://p?location=US#a=b,c=d"),
        ("/no/where/../w#1.duckdb", "/no/w#1.duckdb"),
    ],
)
def test_an_address_has_one_identity(address, name):
    assert identity(address) == identity(name) == name


def test_an_added_column_is_not_a_conflict_and_hides_no_change(
    computed, replica, warehouse, store, fill
):
    push(replica, warehouse, store, RANGE)
    fill("ALTER TABLE d.games ADD COLUMN odds DOUBLE")
    computed(points=6)
    assert push(replica, warehouse, store, RANGE).replaced == 3
    wide = dataclasses.replace(store, columns=(*store.columns, Column("odds", "FLOAT64")))
    replica.create([wide])
    fill("UPDATE d.games SET points = 1 WHERE game_date = DATE '2025-01-02'")
    with pytest.raises(Conflict) as caught:
        push(replica, warehouse, wide, RANGE)
    assert caught.value.facts["dates"] == ["2025-01-02"]
    fill("UPDATE d.games SET points = 6 WHERE game_date = DATE '2025-01-02'")
    assert push(replica, warehouse, wide, RANGE).replaced == 3


def test_unwritten_columns_are_created_everywhere_and_a_push_leaves_their_cells_alone(
    tmp_path, store, fill, rows_of
):
    declared = dataclasses.replace(store, unwritten=(Column("theirs", "STRING"),))
    replica = Replica(tmp_path / "other.duckdb", lock_wait_seconds=0.5)
    replica.create([declared])
    warehouse = EmbeddedWarehouse(tmp_path / "made.duckdb")
    assert warehouse.create(declared)
    with warehouse.snapshot() as snapshot:
        assert [c.name for c in snapshot.columns(declared) or ()][-1] == "theirs"

    def write(points):
        with replica.write() as con:
            con.execute("DELETE FROM d.games")
            con.execute(
                """INSERT INTO d.games BY NAME SELECT 'ann' AS player, ? AS points,
                DATE '2025-01-01' AS game_date, 'ours' AS note""",
                [points],
            )
            con.execute(
                """INSERT OR REPLACE INTO featurestore.computed
                SELECT game_date, count(*), 'sql', 'input', now(), '', NULL
                FROM d.games GROUP BY ALL"""
            )

    write(5)
    report = push(replica, warehouse, declared, RANGE)
    assert (report.rows, report.undeclared) == (1, ())
    with warehouse.writer() as con:
        con.execute("UPDATE d.games SET theirs = 'kept'")
    # A changed undeclared cell does not change the date: neither a conflict nor a reason to send.
    assert push(replica, warehouse, declared, RANGE).unchanged == 1
    write(6)
    assert push(replica, warehouse, declared, RANGE).replaced == 1
    with (
        warehouse.snapshot() as snapshot,
        snapshot.read(declared, ["points", "theirs"], [FIRST]) as rows,
    ):
        assert rows.read_all().to_pylist() == [{"points": 6, "theirs": "kept"}]


def test_a_token_of_an_earlier_version_over_all_columns_is_still_accepted(
    computed, replica, warehouse, store, fill
):
    push(replica, warehouse, store, RANGE)
    with replica.write() as con:
        con.execute("UPDATE featurestore.pushed SET token = split_part(token, '@', 1)")
    computed(points=6)
    assert push(replica, warehouse, store, RANGE).replaced == 3
    with replica.write() as con:
        con.execute("UPDATE featurestore.pushed SET token = split_part(token, '@', 1)")
    fill("UPDATE d.games SET points = 1")
    computed(points=7)
    with pytest.raises(Conflict, match="3 dates changed"):
        push(replica, warehouse, store, RANGE)


def test_a_migration_gives_two_addresses_of_one_warehouse_one_identity(
    tmp_path, store, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "VERSION", 2)
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:2])
        old = Replica(tmp_path / "old.duckdb")
        old.create([store])
    here = str(tmp_path / "w.duckdb")
    pushed = [("w.duckdb", 1, "old", 1), (here, 1, "new", 2), ("w.duckdb", 2, "new", 2),
              (here, 2, "old", 1), ("w.duckdb", 3, "only", 1),
              ("bigquery://p?parallel=4", 1, "real", 1)]  # fmt: skip
    with closing(connections.connect(old.path)) as con:
        for url, day, digest, hour in pushed:
            con.execute(
                """INSERT INTO featurestore.pushed VALUES ('d.games', ?, make_date(2025, 1, ?), ?,
                't', 1, make_timestamp(2025, 1, 1, ?, 0, 0)::TIMESTAMPTZ, 'j')""",
                [url, day, digest, hour],
            )
        for url in ("w.duckdb", here):
            con.execute(
                """INSERT INTO featurestore.sources VALUES
                ('d.games', ?, 'e', DATE '2025-01-01', DATE '2025-01-02', now())""",
                [url],
            )
    original = identities.adopt

    def die(con):
        original(con)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(identities, "adopt", die)
        with pytest.raises(KeyboardInterrupt):
            Replica(old.path).create([store])
    assert Replica(old.path).create([store])
    with Replica(old.path).read() as con:
        rows = con.execute(
            """SELECT warehouse_url, day(partition_date), digest FROM featurestore.pushed
            ORDER BY ALL"""
        ).fetchall()
        sources = con.execute("SELECT warehouse_url FROM featurestore.sources").fetchall()
    assert rows == [
        (here, 1, "new"),
        (here, 2, "new"),
        (here, 3, "only"),
        ("bigquery://p?location=US", 1, "real"),
    ]
    assert sources == [(here,)]


def test_a_new_row_without_a_value_for_a_required_undeclared_column_is_refused_and_changes_nothing(
    computed, replica, warehouse, store, fill, rows_of
):
    fill(
        "ALTER TABLE d.games ADD COLUMN team VARCHAR", "ALTER TABLE d.games ALTER team SET NOT NULL"
    )
    before = rows_of(warehouse)
    with pytest.raises(Refused, match="team"):
        push(replica, warehouse, store, RANGE)
    assert rows_of(warehouse) == before
