"""Files are written anew when much of them is dead or scattered, and only then."""

from __future__ import annotations

import pytest

from sync.duck import compaction, connections
from sync.duck.quoting import quote, quote_literal

# A last row group that is nearly empty: DuckDB's own rule would write the table anew for it.
ROWS = 9 * connections.ROW_GROUP_ROWS + 500


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "rows.duckdb"
    change(path, f"CREATE TABLE rows AS SELECT i, i % 7 AS v FROM range({ROWS}) AS r(i)")
    return path


def change(path, *statements):
    with connections.opened(path) as con:
        for statement in statements:
            con.execute(statement)


def look(path, sql):
    with connections.opened(path, read_only=True) as con:
        return con.execute(sql).fetchall()


def dead_rows(path):
    ((held, live),) = look(
        path,
        "SELECT estimated_size, (SELECT count(*) FROM rows) FROM duckdb_tables()"
        " WHERE table_name = 'rows'",
    )
    return held - live


def row_groups(path, table="rows"):
    named = quote_literal(quote(table))
    ((groups,),) = look(
        path, f"SELECT count(DISTINCT row_group_id) FROM pragma_storage_info({named})"
    )
    return groups


def test_a_few_dead_rows_are_left_where_they_are(path):
    few = len(range(3, ROWS, 50))
    change(
        path,
        "DELETE FROM rows WHERE i % 50 = 3",
        f"INSERT INTO rows SELECT i, 0 FROM range({few}) AS r(i)",
    )
    assert dead_rows(path) == few
    change(path, "INSERT INTO rows VALUES (1, 1)")
    assert dead_rows(path) == few


def test_many_dead_rows_are_gone_when_the_file_is_closed(path):
    change(path, "DELETE FROM rows WHERE i % 4 = 3")
    # A last group that no other can take in keeps its own.
    assert dead_rows(path) < connections.ROW_GROUP_ROWS / 3 < ROWS / 4
    assert look(path, "SELECT count(*), sum(i) FROM rows WHERE i % 4 <> 3") == look(
        path, "SELECT count(*), sum(i) FROM rows"
    )


def test_small_writes_do_not_scatter_a_table_for_ever(tmp_path):
    path = tmp_path / "small.duckdb"
    change(path, "CREATE TABLE rows (i BIGINT, v BIGINT)")
    most = 0
    for number in range(60):
        change(path, f"INSERT INTO rows VALUES ({number}, 0)")
        most = max(most, row_groups(path))
    assert 2 < most <= 26
    assert look(path, "SELECT count(*), sum(i) FROM rows") == [(60, sum(range(60)))]


def test_tables_of_the_same_name_are_told_apart(tmp_path):
    path = tmp_path / "two.duckdb"
    change(path, "CREATE TABLE rows (i BIGINT)", "CREATE SCHEMA other")
    change(path, f"CREATE TABLE other.rows AS FROM range({ROWS}) AS r(i)")
    for number in range(22):
        change(path, f"INSERT INTO rows VALUES ({number})")
    before = row_groups(path)
    assert before > 20
    for number in range(4):
        change(path, f"INSERT INTO rows VALUES ({number})")
    assert row_groups(path) < before


def test_a_file_without_tables_needs_nothing(tmp_path):
    path = tmp_path / "empty.duckdb"
    change(path, "CREATE SCHEMA nothing")
    with connections.opened(path) as con:
        assert not compaction.is_due(con, "local", connections.ROW_GROUP_ROWS)


def test_a_table_may_have_any_name(tmp_path):
    path = tmp_path / "names.duckdb"
    change(path, 'CREATE TABLE "a.b ""c"" d" (i BIGINT)')
    for number in range(30):
        change(path, f'INSERT INTO "a.b ""c"" d" VALUES ({number})')
    assert row_groups(path, 'a.b "c" d') < 27
