"""DuckDB's own reading of a statement decides whether it runs."""

# ruff: noqa: E501  (one case a line)

from __future__ import annotations

import dataclasses
from contextlib import closing

import pytest

from featurestore import dialect
from featurestore.compute import relations
from featurestore.definitions.sql_files import load
from featurestore.query import query
from sync.duck import connections
from sync.duck.statement_guard import require_select, sources_read
from sync.errors import BadInput, Refused

PARTITIONS = "SELECT count(*) AS n FROM featurestore.partitions"


@pytest.fixture(scope="module")
def con():
    with closing(connections.connect(None)) as made:
        yield made


# The statement, and the tables that DuckDB reads in it.
READ = [
    ("SELECT 1", set()),
    ("FROM s.t", {"s.t"}),
    ('SELECT * FROM "S"."T" AS x, s.u', {"s.t", "s.u"}),
    ("SELECT * FROM c.s.t", {"c.s.t"}),
    ('SELECT * FROM "s.t"', {'"s.t"'}),
    ("WITH t AS (SELECT 1 AS a) SELECT * FROM t", set()),
    ("WITH t AS (SELECT * FROM t) SELECT * FROM t", {"t"}),
    ("WITH a AS (FROM s.t), b AS (FROM A) FROM b", {"s.t"}),
    ("WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) FROM r", set()),
    ("WITH a AS (SELECT 1), b AS (WITH a AS (FROM u) FROM a) FROM a, b", {"u"}),
    ("SELECT * FROM (WITH pushed AS (SELECT 1) FROM pushed) AS x, pushed", {"pushed"}),
    ("SELECT (WITH t AS (SELECT 1 AS a) SELECT a FROM t), (SELECT a FROM t)", {"t"}),
    ("SELECT 1 FROM s.t WHERE EXISTS (FROM s.u) AND a IN (SELECT a FROM s.v)", {"s.t", "s.u", "s.v"}),
    ("SELECT * FROM s.t UNION ALL SELECT * FROM s.u ORDER BY (SELECT a FROM s.v)", {"s.t", "s.u", "s.v"}),
    ("SELECT sum(a) OVER (ORDER BY (SELECT a FROM s.u)) FROM s.t QUALIFY TRUE", {"s.t", "s.u"}),
    ("SELECT * FROM s.t LEFT JOIN LATERAL (SELECT * FROM s.u WHERE s.u.a = t.a) AS l ON TRUE", {"s.t", "s.u"}),
    ("SELECT * FROM unnest([1, 2]) AS x(a), range(3), generate_series(1, 2)", set()),
    ("SELECT * FROM s.t LIMIT (SELECT count(*) FROM s.u)", {"s.t", "s.u"}),
    ("SELECT list_transform([1], lambda x: x + (SELECT a FROM s.u)) FROM s.t", {"s.t", "s.u"}),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "tables"), READ, ids=[sql for sql, _ in READ])
def test_the_tables_are_those_that_duckdb_resolves_by_scope(con, sql, tables):
    assert {name for kind, name in sources_read(con, sql) if kind == "BASE_TABLE"} == tables
    assert require_select(con, sql, tables) is not None
    for missing in tables:
        with pytest.raises(Refused, match="which the statement does not name"):
            require_select(con, sql, tables - {missing})


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT $$x AS a, '$$ AS b; SELECT 2 --' AS c", "SELECT and SELECT"),
        ("SELECT 1; DROP TABLE s.t", "SELECT and DROP"),
        ("", "DuckDB reads nothing"),
        ("CREATE TABLE x AS SELECT 1", "DuckDB reads CREATE"),
        ("SET threads = 1", "DuckDB reads SET"),
        ("PIVOT s.t ON a USING sum(b)", "DuckDB reads MULTI"),
        ("FROM duckdb_settings()", "the function duckdb_settings in FROM"),
        ("FROM read_csv('/etc/passwd')", "the function read_csv in FROM"),
        ("SELECT * FROM s.t, (FROM glob('*'))", "the function glob in FROM"),
        ("SELECT (SELECT content FROM read_text('x'))", "the function read_text in FROM"),
        ("FROM query_table('s.t')", "the function query_table in FROM"),
        ("FROM 'x.parquet'", "table \"x.parquet\""),
        ("DESCRIBE s.t", "SHOW_REF in FROM"),
        ("SHOW TABLES", "in FROM"),
        ("FROM (VALUES (1)) AS v(a)", "EXPRESSION_LIST in FROM"),
    ],
)  # fmt: skip
def test_what_is_not_one_select_of_the_named_tables_is_refused(con, sql, said):
    with pytest.raises(Refused) as caught:
        require_select(con, sql, {"s.t"})
    assert said in caught.value.message


def test_text_that_duckdb_cannot_parse_is_bad_input(con):
    with pytest.raises(BadInput, match="does not parse in DuckDB"):
        require_select(con, "SELECT FROM WHERE", set())


def test_nothing_runs_while_a_statement_is_checked(con):
    with pytest.raises(Refused):
        require_select(con, "SELECT 1; CREATE TABLE made (a INTEGER)", set())
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]


@pytest.mark.parametrize("written", [PARTITIONS, "SELECT 1 AS a; SELECT 2 AS b", "FROM glob('*')"])
def test_a_query_whose_translation_reads_another_table_is_refused(monkeypatch, replica, written):
    wrong = dataclasses.replace(dialect.translate("SELECT 1 AS a", columns={}), sql=written)
    monkeypatch.setattr(dialect, "translate", lambda *_, **__: wrong)
    with pytest.raises(Refused, match="statement: DuckDB reads"):
        query(replica, "SELECT 1 AS a")


def test_a_relation_whose_translation_reads_another_table_is_refused(monkeypatch):
    file = next(file for file in load("features") if not file.header.inputs)
    right = dialect.translate(file.text, columns={})
    wrong = dataclasses.replace(right, sql=PARTITIONS)
    monkeypatch.setattr(relations, "cached", lambda _kind, _made_of, make: make())
    assert relations.translated([file.name], [file], columns={}, parameters={})
    monkeypatch.setattr(relations, "_relations", {})
    monkeypatch.setattr(dialect, "translate", lambda *_, **__: wrong)
    with pytest.raises(Refused, match=r"reads table featurestore\.partitions"):
        relations.translated([file.name], [file], columns={}, parameters={})


def test_a_value_that_bigquery_would_not_return_is_refused_by_its_column(replica):
    with pytest.raises(BadInput, match="the result is not a finite FLOAT64"):
        query(replica, "SELECT 1 AS one, 1e308 * 10 AS product")
    for late in (
        "DATE_ADD(DATE '9999-12-31', INTERVAL 1 DAY)",
        "DATE_SUB(DATE '0001-01-01', INTERVAL 1 DAY)",
        "TIMESTAMP_ADD(TIMESTAMP '9999-12-31 23:00:00+00', INTERVAL 2 HOUR)",
    ):
        with pytest.raises(Refused, match="column late: a date is out of range"):
            query(replica, f"SELECT 1 AS one, {late} AS late")
    rows = query(replica, "SELECT 1e308 AS big, CAST(NULL AS FLOAT64) AS none")
    assert rows.to_pylist() == [{"big": 1e308, "none": None}]
