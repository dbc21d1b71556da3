"""Opening files: an instance is kept, a file only while it is used."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import closing

import duckdb
import pytest

from sync.duck import connections
from sync.errors import BadInput, ReplicaLocked


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "some.duckdb"
    with connections.opened(path) as con:
        con.execute("CREATE TABLE seen AS SELECT 1 AS number")
    return path


def numbers(path):
    with connections.opened(path, read_only=True) as con:
        return [number for (number,) in con.execute("FROM seen ORDER BY number").fetchall()]


def test_what_a_block_does_not_commit_is_rolled_back(path):
    with pytest.raises(ValueError, match="in the middle"), connections.opened(path) as con:
        con.execute("BEGIN")
        con.execute("INSERT INTO seen VALUES (2)")
        raise ValueError("in the middle")
    with connections.opened(path) as con:
        con.execute("BEGIN")
        con.execute("INSERT INTO seen VALUES (3)")
    assert numbers(path) == [1]


def test_a_session_finds_no_temporary_table_of_an_earlier_one(path):
    with connections.opened(path) as con:
        con.execute("CREATE TEMP TABLE target AS SELECT 1 AS number")
    with connections.opened(path) as con, pytest.raises(duckdb.CatalogException):
        con.execute("FROM target")


def test_readers_share_a_file_and_each_has_its_own_transaction(path):
    with (
        connections.opened(path, read_only=True) as one,
        connections.opened(path, read_only=True) as other,
    ):
        one.execute("BEGIN TRANSACTION READ ONLY")
        assert other.execute("FROM seen").fetchall() == one.execute("FROM seen").fetchall()
    assert numbers(path) == [1]


@pytest.mark.parametrize(("first", "second"), [(False, False), (False, True), (True, False)])
def test_a_writer_has_the_file_exclusively(path, first, second):
    with (
        connections.opened(path, read_only=first),
        pytest.raises(ReplicaLocked, match="this process holds the file"),
        connections.opened(path, read_only=second),
    ):
        pass
    assert numbers(path) == [1]


def test_a_waiting_session_gets_the_file_when_it_is_free(path):
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with connections.opened(path) as con:
            entered.set()
            leave.wait(30)
            con.execute("INSERT INTO seen VALUES (2)")

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(30)
    threading.Timer(0.2, leave.set).start()
    with connections.opened(path, wait_seconds=30) as con:
        con.execute("INSERT INTO seen VALUES (3)")
    holder.join()
    assert numbers(path) == [1, 2, 3]


def test_a_closed_file_is_free_for_other_processes_and_what_they_write_is_seen(path):
    numbers(path)
    program = f"import duckdb; duckdb.connect({str(path)!r}).execute('INSERT INTO seen VALUES (2)')"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert numbers(path) == [1, 2]


def test_a_file_that_was_replaced_is_read_again(path, tmp_path):
    other = tmp_path / "other.duckdb"
    with connections.opened(other) as con:
        con.execute("CREATE TABLE seen AS SELECT 7 AS number")
    assert numbers(path) == [1]
    other.replace(path)
    assert numbers(path) == [7]


def test_a_name_is_another_file_in_another_folder(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert numbers(path.relative_to(tmp_path)) == [1]
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    with pytest.raises(BadInput, match="no such file"):
        numbers(path.relative_to(tmp_path))


def test_settings_hold_in_every_session(path):
    settings = "SELECT current_setting('TimeZone'), current_setting('ieee_floating_point_ops')"
    with connections.opened(path, threads=1, memory_limit="1GB") as con:
        own = "SELECT current_setting('threads'), current_setting('memory_limit')"
        assert con.execute(own).fetchall() == [(1, "953.6 MiB")]
        with closing(connections.cursor(con)) as second:
            assert con.execute(settings).fetchall() == second.execute(settings).fetchall()
            assert second.execute(settings).fetchall() == [("UTC", False)]


def test_few_instances_are_kept(tmp_path):
    for number in range(10):
        with connections.opened(tmp_path / f"{number}.duckdb"):
            pass
    assert len(connections._instances) <= 5


def test_an_instance_is_replaced_after_many_sessions_but_never_while_it_is_used(path, monkeypatch):
    monkeypatch.setattr(connections, "_MOST_SESSIONS", 3)

    def instance():
        (instance_name,) = (
            one for name, one in connections._instances.items() if str(path) in name
        )
        return instance_name

    numbers(path)
    first = instance()
    with connections.opened(path, read_only=True) as con:
        for _ in range(5):
            assert numbers(path) == [1]
        assert instance() is first
        assert con.execute("SELECT number FROM seen").fetchall() == [(1,)]
    assert numbers(path) == [1]
    assert instance() is not first


def test_the_most_recently_used_instance_is_kept_longest(tmp_path):
    often = tmp_path / "often.duckdb"
    kept = set()
    for number in range(7):
        with connections.opened(often):
            kept |= {one for name, one in connections._instances.items() if "often" in name}
        with connections.opened(tmp_path / f"{number}.duckdb"):
            pass
    assert len(kept) == 1


class Counting:
    """A connection that counts the statements that it parses without running them."""

    def __init__(self, con):
        self.con = con
        self.parsed = 0

    def extract_statements(self, sql):
        self.parsed += 1
        return self.con.extract_statements(sql)

    def execute(self, statement, values):
        return self.con.execute(statement, values)


def test_a_statement_is_parsed_once_for_all_connections(path):
    sql = "SELECT number + $more AS parsed_once FROM seen"
    parsed = 0
    for more in (1, 2, 3):
        with connections.opened(path) as con:
            counting = Counting(con)
            assert connections.run(counting, sql, {"more": more}).fetchall() == [(1 + more,)]
            parsed += counting.parsed
    assert parsed == 1


def test_a_parsed_statement_is_bound_again_to_the_table_s_present_columns(path):
    sql = "SELECT * FROM changing WHERE number > 10"
    with connections.opened(path) as con:
        con.execute("CREATE TEMP TABLE changing AS SELECT 1 AS number")
        assert connections.run(con, sql, {}).fetchall() == []
        con.execute("CREATE OR REPLACE TEMP TABLE changing AS SELECT 'a' AS name, 11.5 AS number")
        result = connections.run(con, sql, {})
        assert [column[0] for column in result.description] == ["name", "number"]
        assert len(result.fetchall()) == 1


def test_the_least_recently_run_statements_are_dropped(path):
    sql = "SELECT 'forgotten' FROM seen"
    with connections.opened(path) as con:
        counting = Counting(con)
        connections.run(counting, sql, {})
        for number in range(80):
            connections.run(con, f"SELECT {number} FROM seen", {})
        connections.run(counting, sql, {})
    assert counting.parsed == 2
