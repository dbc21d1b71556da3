"""GoogleSQL to DuckDB: what a translation says, without running it."""

import subprocess
import sys

import pytest

from featurestore import dialect
from sync.errors import BadInput

COLUMNS = {
    "lab.reading": {"id": "INT64", "taken_on": "DATE", "value": "NUMERIC(5,1)", "name": "STRING"},
    "daily": {"taken_on": "DATE", "total": "FLOAT64"},
}


def one_line(sql: str) -> str:
    return " ".join(sql.split())


def test_a_project_is_dropped_from_table_names():
    for table in ("`my-project.lab.reading`", "`my-project`.lab.reading", "lab.reading"):
        sql = dialect.to_duckdb_sql(f"SELECT id FROM {table}", columns=COLUMNS)
        plain = one_line(sql).replace('"', "")
        assert plain == "SELECT reading.id AS id FROM lab.reading AS reading"


def test_a_relation_without_a_dataset_keeps_its_bare_name():
    sql = dialect.to_duckdb_sql("SELECT total FROM daily", columns=COLUMNS)
    assert one_line(sql) == "SELECT daily.total AS total FROM daily AS daily"


def test_the_output_columns_have_googlesql_types_in_order():
    translated = dialect.translate(
        """SELECT SUM(id) AS ids, d.total, DATE_SUB(taken_on, INTERVAL 1 DAY) AS day, name
        FROM lab.reading JOIN daily AS d USING (taken_on)
        GROUP BY total, taken_on, name""",
        columns=COLUMNS,
    )
    assert dict(translated.columns) == {
        "ids": "INT64",
        "total": "FLOAT64",
        "day": "DATE",
        "name": "STRING",
    }
    assert list(translated.columns) == ["ids", "total", "day", "name"]


def test_parameters_are_named_and_may_be_typed():
    untyped = dialect.translate("SELECT @n + 1 AS v", columns={})
    assert untyped.parameters == {"n"}
    assert one_line(untyped.sql) == "SELECT $n + 1 AS v"
    typed = dialect.translate("SELECT @n + 1 AS v", columns={}, parameters={"n": "INT64"})
    assert one_line(typed.sql) == "SELECT CAST($n AS BIGINT) + CAST(1 AS BIGINT) AS v"
    assert dict(typed.columns) == {"v": "INT64"}


def test_the_order_of_nulls_is_written_out():
    sql = one_line(dialect.to_duckdb_sql("SELECT id FROM lab.reading ORDER BY id", columns=COLUMNS))
    assert sql.endswith("ORDER BY id NULLS FIRST")
    last = dialect.to_duckdb_sql(
        "SELECT id FROM lab.reading ORDER BY id NULLS LAST", columns=COLUMNS
    )
    assert one_line(last).endswith("ORDER BY id NULLS LAST")


def test_sha256_is_not_converted_to_bytes_and_back():
    sql = dialect.to_duckdb_sql(
        "SELECT TO_HEX(SHA256(name)) AS v FROM lab.reading", columns=COLUMNS
    )
    assert one_line(sql).startswith("SELECT SHA256(reading.name) AS v")


def test_the_same_text_has_the_same_translation():
    sql = "SELECT *, LAG(id) OVER (ORDER BY taken_on) AS earlier FROM lab.reading"
    assert len({dialect.to_duckdb_sql(sql, columns=COLUMNS) for _ in range(3)}) == 1


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT FROM", "does not parse"),
        ("SELECT 1; SELECT 2", "expected one statement, got 2"),
        ("", "expected one statement, got 0"),
        ("DELETE FROM lab.reading WHERE TRUE", "must be a query, is DELETE"),
        ("SELECT nothing FROM lab.reading", "nothing"),
    ],
)
def test_a_statement_that_is_not_a_query_over_known_columns_is_bad_input(sql, said):
    with pytest.raises(BadInput) as caught:
        dialect.to_duckdb_sql(sql, columns=COLUMNS, origin="a.sql")
    assert caught.value.message.startswith("a.sql: ")
    assert said in caught.value.message


def test_constructs_are_named_as_finely_as_engines_differ():
    names = dialect.constructs(
        "SELECT ROUND(x, 2) AS a, DATE_TRUNC(d, WEEK(MONDAY)) AS b, s[SAFE_OFFSET(0)] AS c FROM t"
    )
    assert {"ROUND/2", "DATE_TRUNC/WEEK(MONDAY)", "[SAFE_OFFSET]"} <= names


def test_the_public_names_are_those_of_the_package():
    assert all(hasattr(dialect, name) for name in dialect.__all__)


def test_the_dialect_needs_no_database():
    code = "import sys, featurestore.dialect; print('duckdb' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


NAMES = [
    ("SELECT 1 AS Foo, 2", ["Foo", "f0_"]),
    ("SELECT COUNT(*), ID AS N, SUM(id) FROM lab.reading GROUP BY id", ["f0_", "N", "f1_"]),
    ("SELECT Id, (NAME) FROM lab.reading", ["Id", "NAME"]),
    ("SELECT 1 AS A, * , 2 AS Z, 3 FROM daily", ["A", "taken_on", "total", "Z", "f0_"]),
    ("SELECT id AS A FROM lab.reading UNION ALL SELECT id AS b FROM lab.reading", ["A"]),
    ("(SELECT STRUCT(1 AS A).A)", ["A"]),
    ("SELECT id + 1 FROM lab.reading ORDER BY 1", ["f0_"]),
    ("WITH Big AS (SELECT id AS ID2 FROM lab.reading) SELECT Id2 FROM Big ORDER BY id2", ["Id2"]),
]


@pytest.mark.parametrize(("sql", "names"), NAMES, ids=[sql for sql, _ in NAMES])
def test_result_columns_have_bigquery_s_names(sql, names):
    assert list(dialect.translate(sql, columns=COLUMNS).columns) == names


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id AS a, id AS A FROM lab.reading",
        "SELECT * FROM lab.reading JOIN daily ON TRUE",
        "SELECT 1, 2 AS f0_",
    ],
)
def test_a_name_twice_in_a_result_is_refused(sql):
    with pytest.raises(BadInput, match="occurs twice in the result"):
        dialect.translate(sql, columns=COLUMNS)
