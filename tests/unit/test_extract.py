"""SQL in files, with the lines on which it stands."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from featurestore.lint.check import lint_paths
from featurestore.lint.extract import SqlText, sql_in_python, sql_in_sql
from sync.errors import BadInput

PARTITIONED = {"nba.games": "game_date"}


def python(code: str) -> list[SqlText]:
    return sql_in_python(textwrap.dedent(code), "job.py")


def sql_of(code: str) -> list[str]:
    return [text.sql for text in python(code)]


def test_a_sql_file_is_one_text_with_its_own_lines() -> None:
    (text,) = sql_in_sql("-- two; statements\nSELECT 1;\n\nSELECT 2;\n", "a.sql")
    assert [text.line_of(line) for line in (1, 2, 4)] == [1, 2, 4]
    assert sql_in_sql(" \n", "a.sql") == []


def test_a_literal_that_starts_like_sql_is_found_and_others_are_not() -> None:
    code = """
        a = "SELECT 1"
        b = "hello"
        c = "Selected rows"
        d = '''
            -- a comment first
            WITH g AS (SELECT 2) SELECT * FROM g
        '''
        e = "With kind regards"
        run("DELETE FROM nba.games WHERE TRUE", "insert into t values (1)")
    """
    found = [sql.strip().split("\n")[-1].strip() for sql in sql_of(code)]
    assert found == [
        "SELECT 1",
        "WITH g AS (SELECT 2) SELECT * FROM g",
        "DELETE FROM nba.games WHERE TRUE",
        "insert into t values (1)",
    ]


def test_a_docstring_counts_only_if_it_is_sql() -> None:
    code = '''
        def f():
            """Select the rows of a table, then: stop."""

        def g():
            """SELECT 1 AS one"""
    '''
    assert sql_of(code) == ["SELECT 1 AS one"]


def test_placeholders_of_an_f_string_are_parameters_or_names() -> None:
    code = """
        a = f"SELECT {x} FROM {table} AS t WHERE d >= '{start}' AND d < {end()} - INTERVAL {n} DAY"
        b = f"SELECT 1 FROM `{project}.nba.games` AS {alias} WHERE f_{i} = {i}"
    """
    assert sql_of(code) == [
        "SELECT @placeholder_x FROM placeholder_table AS t WHERE d >= '@placeholder_start' "
        "AND d < @placeholder_4 - INTERVAL @placeholder_n DAY",
        "SELECT 1 FROM `placeholder_project.nba.games` AS placeholder_alias "
        "WHERE f_placeholder_i = @placeholder_i",
    ]


def test_a_placeholder_that_can_be_no_parameter_is_a_name_or_nothing() -> None:
    assert sql_of('f"WITH {a} AS (SELECT 1), {b} AS (SELECT 2) SELECT x FROM {b} JOIN {a}"') == [
        "WITH placeholder_a AS (SELECT 1), placeholder_b AS (SELECT 2) "
        "SELECT x FROM placeholder_b JOIN placeholder_a"
    ]
    assert sql_of('f"SELECT a AS b FROM t ORDER BY a {direction}, b"') == [
        "SELECT a AS b FROM t ORDER BY a , b"
    ]


def test_a_constant_of_the_module_is_put_in() -> None:
    code = """
        TABLE = "nba.games"
        a = f"SELECT 1 FROM {TABLE}"
        b = "SELECT 2 FROM " + TABLE + " WHERE TRUE"
    """
    assert sql_of(code) == ["SELECT 1 FROM nba.games", "SELECT 2 FROM nba.games WHERE TRUE"]


def test_a_name_that_is_bound_twice_is_no_constant() -> None:
    code = """
        TABLE = "nba.games"
        TABLE = "other"
        a = f"SELECT 1 FROM {TABLE}"
    """
    assert sql_of(code) == ["SELECT 1 FROM placeholder_TABLE"]


def test_percent_and_format_are_filled_like_f_strings() -> None:
    code = """
        a = "SELECT 1 FROM %s WHERE d = %(day)s" % values
        b = "SELECT 1 FROM {table} WHERE d = {0}".format(day, table=name)
    """
    assert sql_of(code) == [
        "SELECT 1 FROM placeholder_1 WHERE d = @placeholder_day",
        "SELECT 1 FROM placeholder_table WHERE d = @placeholder_0",
    ]


def test_lines_of_a_triple_quoted_literal_are_those_of_the_file() -> None:
    (text,) = python(
        '''
        query = """
            SELECT 1
            FROM nba.games
        """
        '''
    )
    assert [text.line_of(line) for line in (1, 2, 3)] == [2, 3, 4]


def test_a_first_line_that_is_continued_keeps_the_lines() -> None:
    (text,) = python('\nquery = """\\\nSELECT 1\nFROM nba.games"""\n')
    assert [text.line_of(line) for line in (1, 2)] == [3, 4]


def test_literals_side_by_side_and_added_ones_keep_their_lines() -> None:
    code = """
        a = (
            "SELECT 1 "
            f"FROM {table} "
            "WHERE x"
        )
        b = "SELECT 2" \\
            + " FROM t"
    """
    first, second = python(code)
    assert first.sql.split("\n") == ["SELECT 1", "FROM placeholder_table", "WHERE x"]
    assert first.lines == (3, 4, 5)
    assert second.sql.split("\n") == ["SELECT 2", "FROM t"]
    assert second.lines == (7, 8)


def test_lint_reads_sql_and_python_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("SELECT 1;\nSELECT 2 FROM nba.games")
    (tmp_path / "b.py").write_text(
        'TABLE = "nba.games"\n\n\ndef rows(end):\n    return run(\n'
        '        f"SELECT 1 "\n        f"FROM `prod.{TABLE}` "\n'
        "        f\"WHERE game_date < '{end}'\"\n    )\n"
    )
    (tmp_path / "notes.txt").write_text("SELECT 3 FROM nba.games")
    findings = lint_paths([tmp_path], PARTITIONED)
    assert [(Path(one.path).name, one.line, one.side) for one in findings] == [
        ("a.sql", 2, "both"),
        ("b.py", 7, "lower"),
    ]
    assert json.loads(json.dumps(findings[1].as_json()))["predicate"] == (
        "games.game_date >= @start_date"
    )


def test_lint_knows_views_that_another_file_creates(tmp_path: Path) -> None:
    (tmp_path / "view.sql").write_text("CREATE VIEW nba.v AS SELECT * FROM nba.games")
    (tmp_path / "report.sql").write_text("SELECT 1 FROM nba.v")
    (finding,) = lint_paths([tmp_path], PARTITIONED)
    assert (Path(finding.path).name, finding.table) == ("report.sql", "nba.games")


def test_lint_compares_the_header_with_the_lookback(tmp_path: Path) -> None:
    body = "SELECT game_date FROM nba.games\nWHERE game_date BETWEEN @start_date - 30 AND @end_date"
    (tmp_path / "a.sql").write_text(f"-- a: rows.\n--\n-- lookback: 7 days\n\n{body}")
    (tmp_path / "b.sql").write_text(f"-- b: rows.\n--\n-- lookback: 30 days\n\n{body}")
    (finding,) = lint_paths([tmp_path], PARTITIONED)
    assert (finding.line, finding.rule) == (3, "lookback")
    assert finding.message == "header: says 7 days of lookback, the statement reads 30"


def test_a_construct_without_a_proven_rule_is_found_in_files_of_sql_only(tmp_path: Path) -> None:
    sql = "SELECT\n  APPROX_COUNT_DISTINCT(x) AS n\nFROM nba.t"
    (tmp_path / "a.sql").write_text(sql)
    (tmp_path / "b.py").write_text(f"sql = {sql!r}")
    (finding,) = lint_paths([tmp_path], PARTITIONED)
    assert (Path(finding.path).name, finding.line, finding.rule) == ("a.sql", 2, "unproven")


def test_an_upper_bound_is_wanted_in_features_only(tmp_path: Path) -> None:
    for folder in ("features", "reports"):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "a.sql"
        file.write_text("SELECT game_date FROM nba.games WHERE game_date >= @start_date")
    assert [one.severity for one in lint_paths([tmp_path], PARTITIONED)] == ["error", "warning"]


def test_prose_in_python_is_no_finding_but_broken_sql_is(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text('log("delete from here (now")\nrun("SELECT ( FROM nba.games")\n')
    (finding,) = lint_paths([file], PARTITIONED)
    assert (finding.line, finding.rule) == (2, "syntax")


@pytest.mark.parametrize(("name", "content"), [("a.py", b"def ("), ("a.sql", b"\xff\xfe")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(BadInput, match=name):
        lint_paths([file], PARTITIONED)


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        lint_paths([tmp_path / "none"], PARTITIONED)
