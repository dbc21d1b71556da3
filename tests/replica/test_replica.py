"""The replica's file: created once, migrated atomically, refused when newer, shared in turns."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from threading import Timer

import duckdb
import pytest

from sync.duck.connections import connect
from sync.duck.digest import TAG, partition_digests_sql
from sync.duck.file_lock import write_lock
from sync.duck.types import create_table_sql, duckdb_type, googlesql_type
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput, Failure, Refused, ReplicaLocked
from sync.model import Column, DateRange, Table
from sync.open_warehouse import open_warehouse
from sync.replica import ledger, migrations
from sync.replica.file import Replica, replica_table
from sync.sql_text import Sql


@contextmanager
def another_process(code, *arguments):
    """Runs the code in another process, from its first line of output to the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


HOLD_LOCK = """
    import sys
    from pathlib import Path
    from sync.duck.file_lock import write_lock
    with write_lock(Path(sys.argv[1]), 0):
        print("ready", flush=True)
        sys.stdin.readline()
"""
HOLD_FILE = """
    import sys
    from pathlib import Path
    from sync.duck.connections import connect
    con = connect(Path(sys.argv[1]), read_only=sys.argv[2] == "read")
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_a_replica_is_created_once_and_keeps_its_rows(replica, table, rows_of):
    with replica.write() as con:
        con.execute("INSERT INTO d.games VALUES ('ann', '2025-01-01', 1, 1, 1, NULL)")
    assert replica.create([table]) is False
    assert len(rows_of(replica)) == 1


def test_a_missing_table_is_added_and_a_pushed_one_has_a_place_for_pulled_rows(replica, table):
    pushed = replace(table, name="store", direction="pushed")
    assert replica.create([table, pushed]) is True
    assert (replica_table(table), replica_table(pushed)) == ("d.games", "upstream.store")
    with replica.read() as con:
        assert con.execute("SELECT count(*) FROM upstream.store, d.store").fetchall() == [(0,)]


def test_a_missing_replica_names_the_command_that_creates_it(tmp_path):
    for opened in (Replica(tmp_path / "no.duckdb").read, Replica(tmp_path / "no.duckdb").write):
        with pytest.raises(BadInput, match="no such file") as caught, opened():
            pass
        assert caught.value.hint == "featurestore init"
    assert list(tmp_path.iterdir()) == []


def test_a_replica_of_a_newer_version_is_refused_and_left_untouched(replica, table):
    with replica.write() as con:
        con.execute("INSERT INTO featurestore.meta VALUES (99, now())")
    before = replica.path.read_bytes()
    for use in (
        lambda: replica.create([table]),
        replica.read().__enter__,
        replica.write().__enter__,
    ):
        with pytest.raises(Refused, match="schema version 99 is newer") as caught:
            use()
        assert caught.value.facts["version"] == 99
    assert replica.path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_old_version(replica, table, monkeypatch):
    step = ("CREATE TABLE featurestore.more (x INTEGER)", "SELECT no_such_column")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, step))
        patch.setattr(migrations, "VERSION", migrations.VERSION + 1)
        with pytest.raises(duckdb.BinderException):
            replica.create([table])
        with (
            pytest.raises(BadInput, match=f"program has {migrations.VERSION}") as caught,
            replica.read(),
        ):
            pass
        assert caught.value.hint == "featurestore init"
    with replica.read() as con:
        rows = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'")
        assert rows.fetchall() == [(0,)]


def test_an_older_replica_is_migrated_and_keeps_its_rows(replica, table, rows_of, monkeypatch):
    with replica.write() as con:
        con.execute("INSERT INTO d.games VALUES ('ann', '2025-01-01', 1, 1, 1, NULL)")
    step = ("CREATE TABLE featurestore.more (x INTEGER)",)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, step))
    monkeypatch.setattr(migrations, "VERSION", migrations.VERSION + 1)
    assert replica.create([table]) is True
    assert replica.create([table]) is False
    assert len(rows_of(replica)) == 1


def test_dates_computed_before_options_were_recorded_have_none(tmp_path, table, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "VERSION", 3)
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:3])
        older = Replica(tmp_path / "older.duckdb")
        older.create([table])
        with older.write() as con:
            con.execute(
                "INSERT INTO featurestore.computed VALUES ('2025-01-01', 5, 's', 'i', now(), 'r')"
            )
    assert older.create([table]) is True
    with older.read() as con:
        rows = con.execute("SELECT rows, sql_digest, options FROM featurestore.computed")
        assert rows.fetchall() == [(5, "s", None)]


def test_a_database_of_another_program_is_not_made_a_replica(warehouse, table):
    before = warehouse.path.read_bytes()
    with pytest.raises(Refused, match="not a replica"):
        Replica(warehouse.path).create([table])
    assert warehouse.path.read_bytes() == before


def test_a_write_that_raises_leaves_the_file_free(replica):
    with pytest.raises(ZeroDivisionError), replica.write():
        raise ZeroDivisionError
    with replica.write(), pytest.raises(ReplicaLocked), write_lock(replica.path, 0):
        pass


def test_a_full_disk_or_memory_is_reported_as_a_failure(replica):
    with (
        pytest.raises(Failure, match="No space left") as caught,
        replica.write(),
    ):
        raise duckdb.IOException("IO Error: No space left on device")
    assert caught.value.exit_code == 1


def test_a_writer_in_another_process_is_named_by_its_pid(replica):
    with another_process(HOLD_LOCK, replica.path) as holder:
        with pytest.raises(ReplicaLocked) as caught, replica.write():
            pass
        assert caught.value.facts["pid"] == holder.pid
        assert str(holder.pid) in caught.value.message
        assert "copy" in caught.value.hint
    with replica.write():
        pass


def test_a_lock_of_a_killed_process_does_not_block(replica):
    with another_process(HOLD_LOCK, replica.path) as holder:
        holder.kill()
        holder.wait()
        assert (replica.path.parent / "replica.duckdb.pid").read_text() == str(holder.pid)
        with replica.write():
            pass


def test_a_reader_names_the_writer_when_it_has_waited_long_enough(replica):
    with another_process(HOLD_FILE, replica.path, "write") as holder:
        with pytest.raises(ReplicaLocked) as caught, replica.read():
            pass
        assert caught.value.facts["pid"] == holder.pid
        assert f"cp {replica.path}" in caught.value.hint


def test_a_reader_gets_its_turn_when_the_writer_ends(replica):
    with another_process(HOLD_FILE, replica.path, "write") as holder:
        end = Timer(0.3, holder.kill)
        end.start()
        with Replica(replica.path, lock_wait_seconds=20).read() as con:
            assert con.execute("SELECT count(*) FROM d.games").fetchall() == [(0,)]
        end.join()


def test_two_processes_read_at_a_time_and_a_writer_waits_for_both(replica):
    with another_process(HOLD_FILE, replica.path, "read") as holder:
        with replica.read() as con:
            assert con.execute("SELECT count(*) FROM d.games").fetchall() == [(0,)]
        with pytest.raises(ReplicaLocked, match=str(holder.pid)), replica.write():
            pass


def test_a_reader_inside_a_writer_of_the_same_process_is_refused(replica):
    with replica.write(), pytest.raises(ReplicaLocked, match="this process"), replica.read():
        pass


@pytest.mark.parametrize("content", [b"", b"no database " * 1000])
def test_a_file_that_is_not_a_database_is_refused_and_left_untouched(tmp_path, table, content):
    path = tmp_path / "replica.duckdb"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"replica\.duckdb"), Replica(path).read():
        pass
    assert path.read_bytes() == content


def test_the_session_is_in_utc_with_bigquery_s_order_of_nulls():
    with connect(None) as con:
        assert con.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
        order = con.execute("SELECT x FROM (VALUES (1), (NULL), (2)) AS v(x) ORDER BY x").fetchall()
        assert order == [(None,), (1,), (2,)]
        with pytest.raises(duckdb.Error):
            con.execute("SELECT log(0.0)").fetchall()


@pytest.mark.parametrize(
    "sql",
    ["FROM read_csv('/etc/passwd')", "ATTACH '{other}' AS o", "COPY d.games TO '{other}'",
     "INSTALL httpfs", "SET enable_external_access = true", "CREATE TABLE d.x (i INTEGER)",
     "DROP TABLE d.games"],
)  # fmt: skip
def test_user_sql_reads_only_the_file(replica, warehouse, sql):
    with replica.read_untrusted() as con:
        assert con.execute("SELECT count(*) FROM d.games").fetchall() == [(0,)]
        with pytest.raises(duckdb.Error):
            con.execute(sql.format(other=warehouse.path))


def test_a_setting_names_its_warehouse(tmp_path):
    new_warehouse = open_warehouse(str(tmp_path / "w.duckdb"))
    assert isinstance(new_warehouse, EmbeddedWarehouse)
    assert new_warehouse.url == str(tmp_path / "w.duckdb")
    assert type(open_warehouse("bigquery://project?location=US")).__name__ == "BigQueryWarehouse"
    with pytest.raises(BadInput, match="neither bigquery://"):
        open_warehouse("postgres://host/db")


def test_ranges_of_one_etag_are_joined_and_a_new_etag_starts_again(replica, table):
    def days(first, last):
        return DateRange(date(2025, 1, first), date(2025, 1, last))

    with replica.write() as con:
        now = con.execute("SELECT now()").fetchall()[0][0]
        ledger.record_etag(con, table, "w", "a", days(1, 5), now)
        ledger.record_etag(con, table, "w", "a", days(6, 9), now)
        assert ledger.known_etag(con, table, "w", days(2, 8)) == "a"
        assert ledger.known_etag(con, table, "w", days(2, 10)) is None
        assert ledger.known_etag(con, table, "other", days(2, 8)) is None
        ledger.record_etag(con, table, "w", "a", days(20, 21), now)
        assert ledger.known_etag(con, table, "w", days(2, 8)) is None
        ledger.record_etag(con, table, "w", "b", days(19, 20), now)
        assert ledger.known_etag(con, table, "w", days(21, 21)) is None


def test_dates_that_were_never_pulled_differ_from_empty_ones(replica, table):
    day = date(2025, 1, 2)
    with replica.write() as con:
        now = con.execute("SELECT now()").fetchall()[0][0]
        ledger.record_empty(con, table, [day], now, "job")
        missing = ledger.missing_dates(
            con, "d.games", DateRange(date(2025, 1, 1), date(2025, 1, 3))
        )
    assert missing == (date(2025, 1, 1), date(2025, 1, 3))


def digest(con, sql):
    return con.execute(partition_digests_sql(Sql(f"({sql})"), "day", ("day", "a", "b"))).fetchall()


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("(1, NULL), (2, 3)", "(2, 3), (1, NULL)", True),
        ("(1, NULL)", "(NULL, 1)", False),
        ("(1, 2), (1, 2)", "(3, 4), (3, 4)", False),
        ("(1, 2), (1, 2), (3, 4)", "(1, 2), (3, 4), (3, 4)", False),
        ("(NULL, NULL)", "(0, 0)", False),
        ("(0.0, 1.0)", "(-0.0, 1.0)", True),
    ],
)
def test_a_digest_depends_on_contents_and_not_on_their_order(one, other, equal):
    sql = "SELECT DATE '2025-01-01' AS day, a::DOUBLE AS a, b::DOUBLE AS b FROM (VALUES {}) v(a, b)"
    with connect(None) as con:
        assert (digest(con, sql.format(one)) == digest(con, sql.format(other))) is equal


def test_a_digest_does_not_depend_on_the_order_of_columns():
    table = Sql("(SELECT DATE '2025-01-01' AS day, 1 AS a, 2 AS b)")
    orders = (("day", "a", "b"), ("b", "a", "day"))
    one, other = (partition_digests_sql(table, "day", order) for order in orders)
    with connect(None) as con:
        assert con.execute(one).fetchall() == con.execute(other).fetchall()


def test_digests_are_tagged_with_the_duckdb_whose_hash_they_use():
    assert "d" + ".".join(duckdb.__version__.split(".")[:2]) == TAG


def test_a_created_table_has_the_declared_types_modes_and_defaults():
    kinds = ("NUMERIC(5,1)", "JSON", "ARRAY<STRUCT<a NUMERIC(5,1),b STRING>>", "TIMESTAMP", "BYTES")
    declared = Table(
        "d", "t",
        (
            Column("day", "DATE", required=True),
            Column("version", "INT64", default="1"),
            Column("created_at", "TIMESTAMP", required=True, default="CURRENT_TIMESTAMP()"),
            *(Column(f"c{n}", kind) for n, kind in enumerate(kinds)),
        ),
        "day", ("day",), "pulled",
    )  # fmt: skip
    with connect(None) as con:
        con.execute("CREATE SCHEMA d")
        con.execute(create_table_sql(declared))
        con.execute(create_table_sql(declared))
        con.execute("INSERT INTO d.t (day) VALUES ('2025-01-01')")
        rows = con.execute("SELECT version, created_at IS NULL, c0 FROM d.t").fetchall()
        assert rows == [(1, False, None)]
        live = {row[0]: row[1] for row in con.execute("DESCRIBE d.t").fetchall()}
        assert [googlesql_type(live[c.name]) for c in declared.columns] == [
            c.type for c in declared.columns
        ]
        assert live["c0"] == duckdb_type("NUMERIC(5,1)")
        with pytest.raises(duckdb.ConstraintException, match="day"):
            con.execute("INSERT INTO d.t (c0) VALUES (1)")
