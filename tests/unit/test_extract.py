"""SQL in files, with its lines."""

from __future__ import annotations

import json
import subprocess
import textwrap
import tokenize
from pathlib import Path
from typing import SupportsIndex

import pytest

from featurestore.lint.check import bounds, leaks, lint_paths
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
    texts = [sql.strip().split("\n")[-1].strip() for sql in sql_of(code)]
    assert texts == [
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


def test_a_placeholder_that_cannot_be_a_parameter_is_a_name_or_nothing() -> None:
    assert sql_of('f"WITH {a} AS (SELECT 1), {b} AS (SELECT 2) SELECT x FROM {b} JOIN {a}"') == [
        "WITH placeholder_a AS (SELECT 1), placeholder_b AS (SELECT 2) "
        "SELECT x FROM placeholder_b JOIN placeholder_a"
    ]
    assert sql_of('f"SELECT a AS b FROM t ORDER BY a {direction}, b"') == [
        "SELECT a AS b FROM t ORDER BY a , b"
    ]


def test_a_constant_of_the_module_is_resolved() -> None:
    code = """
        TABLE = "nba.games"
        a = f"SELECT 1 FROM {TABLE}"
        b = "SELECT 2 FROM " + TABLE + " WHERE TRUE"
    """
    assert sql_of(code) == ["SELECT 1 FROM nba.games", "SELECT 2 FROM nba.games WHERE TRUE"]


def test_a_name_that_is_bound_twice_is_not_a_constant() -> None:
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


def test_lint_uses_views_that_another_file_creates(tmp_path: Path) -> None:
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


def test_an_upper_bound_is_required_only_in_features(tmp_path: Path) -> None:
    for folder in ("features", "reports"):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "a.sql"
        file.write_text("SELECT game_date FROM nba.games WHERE game_date >= @start_date")
    assert [one.severity for one in lint_paths([tmp_path], PARTITIONED)] == ["error", "warning"]


def test_prose_in_python_is_not_a_finding_but_broken_sql_is(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text('log("delete from here (now")\nrun("SELECT ( FROM nba.games")\n')
    (finding,) = lint_paths([file], PARTITIONED)
    assert (finding.line, finding.rule) == (2, "syntax")


@pytest.mark.parametrize(
    ("name", "content"), [("a.py", b"x = 1\ndef ("), ("a.py", b"\0"), ("a.sql", b"\xff\xfe")]
)
def test_a_file_that_cannot_be_read_is_a_finding_among_the_others(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "b.sql").write_text("SELECT 1 FROM nba.games")
    unread, unbounded = lint_paths([tmp_path], PARTITIONED)
    assert (unread.path, unread.rule) == (str(tmp_path / name), "file")
    assert unread.line == content.count(b"\n") + 1
    assert (unbounded.path, unbounded.rule) == (str(tmp_path / "b.sql"), "unbounded")


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        lint_paths([tmp_path / "none"], PARTITIONED)


def test_a_file_is_split_into_lines_once_and_literals_without_sql_are_not_tokenized(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    split, read = [], []

    class Counted(str):
        def split(self, sep: str | None = None, maxsplit: SupportsIndex = -1) -> list[str]:
            split.append(1)
            return super().split(sep, maxsplit)

    generate = tokenize.generate_tokens
    monkeypatch.setattr(
        tokenize, "generate_tokens", lambda line: (read.append(1), generate(line))[1]
    )
    words = "".join(f"a{number} = 'word {number}'\n" for number in range(500))
    queries = "".join(f"b{number} = 'SELECT {number}'\n" for number in range(20))
    texts = sql_in_python(Counted(words + queries), "a.py")
    assert [text.line_of(1) for text in texts] == list(range(501, 521))
    assert (len(split), len(read)) == (1, 20)


TABLE = {"nba_analytics.player_game_summary": "game_date"}


@pytest.mark.parametrize(
    "code",
    [
        'f"SELECT 1 FROM `{project}.{dataset}.player_game_summary`"',
        'f"SELECT 1 FROM {dataset}.player_game_summary"',
        '"SELECT 1 FROM `%s.%s.player_game_summary`" % (project, dataset)',
        '"SELECT 1 FROM `{}.{}.player_game_summary`".format(project, dataset)',
        '"SELECT 1 FROM `{p}.{d}.player_game_summary`".format(p=project, d=dataset)',
        '"SELECT 1 FROM " + project + ".dev.player_game_summary"',
        '"SELECT 1 FROM player_game_summary"',
        '"SELECT 1 FROM elsewhere.player_game_summary"',
        '"SELECT 1 FROM `nba_analytics.player_game_*`"',
        'f"SELECT 1 FROM `{project}.{dataset}.player_game_*`"',
    ],
)
def test_a_known_table_under_an_unknown_dataset_counts_as_that_table(
    tmp_path: Path, code: str
) -> None:
    (tmp_path / "a.py").write_text(f"run({code})\n")
    (finding,) = lint_paths([tmp_path], TABLE, checks=[bounds])
    assert (finding.rule, finding.side) == ("unbounded", "both")


@pytest.mark.parametrize(
    "built",
    [
        'f"{project}.{dataset}.player_game_summary"',
        'f"{PREFIX}.player_game_summary"',
        '"%s.%s.player_game_summary" % (project, dataset)',
        '"{}.player_game_summary".format(dataset)',
        'project + ".dev.player_game_summary"',
    ],
)
def test_a_table_name_built_in_a_function_is_resolved(tmp_path: Path, built: str) -> None:
    (tmp_path / "a.py").write_text(
        f'PREFIX = "p.d"\ndef rows(project, dataset):\n    table = {built}\n'
        '    return run(f"SELECT 1 FROM `{table}`")\n'
    )
    (finding,) = lint_paths([tmp_path], TABLE, checks=[bounds])
    assert (finding.line, finding.column, finding.rule) == (4, 32, "unbounded")


def test_a_name_that_a_function_binds_hides_the_one_around_it() -> None:
    code = """
        TABLE = "nba.games"

        def by_argument(TABLE):
            return f"SELECT 1 FROM {TABLE}"

        def by_loop(names):
            for TABLE in names:
                run(f"SELECT 2 FROM {TABLE}")

        def twice(day):
            name = "nba.a"
            if day:
                name = "nba.b"
            return f"SELECT 3 FROM {name}"

        def none_of_these():
            return f"SELECT 4 FROM {TABLE}"
    """
    assert sql_of(code) == [
        "SELECT 1 FROM placeholder_TABLE",
        "SELECT 2 FROM placeholder_TABLE",
        "SELECT 3 FROM placeholder_name",
        "SELECT 4 FROM nba.games",
    ]


def test_a_cte_of_a_known_name_is_not_that_table(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(
        "WITH player_game_summary AS (SELECT 1 AS x) SELECT x FROM player_game_summary"
    )
    assert lint_paths([tmp_path], TABLE, checks=[bounds, leaks]) == ()


def test_a_table_that_the_text_creates_under_a_known_name_is_not_that_table(
    tmp_path: Path,
) -> None:
    made = "SELECT points FROM nba_analytics.player_game_summary WHERE game_date = '2025-01-01'"
    read = "SELECT player_lookup, SUM(points) OVER (ORDER BY game_date) FROM player_game_summary"
    file = tmp_path / "a.sql"
    file.write_text(f"CREATE TEMP TABLE player_game_summary AS {made};\n{read}")
    assert lint_paths([file], TABLE, checks=[bounds]) == ()
    file.write_text(f"CREATE TABLE player_game_summary.copy AS {made};\n{read}")
    assert [one.line for one in lint_paths([file], TABLE, checks=[bounds])] == [2]


SUMMARY = "nba_analytics.player_game_summary"


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        (f"SELECT COUNTIF(points IS NULL) AS n FROM {SUMMARY}", []),
        (f"SELECT team_abbr, AVG(points) AS p FROM {SUMMARY} GROUP BY team_abbr", []),
        (
            f"SELECT player_lookup, AVG(points) AS p FROM {SUMMARY} GROUP BY player_lookup",
            ["leak-aggregate"],
        ),
        (f"CREATE TABLE nba.x AS SELECT AVG(points) AS p FROM {SUMMARY}", ["leak-aggregate"]),
        (f"INSERT INTO nba.x SELECT AVG(points) AS p FROM {SUMMARY}", ["leak-aggregate"]),
        (f"SELECT SUM(points) OVER (ORDER BY game_date) AS p FROM {SUMMARY}", ["leak-frame"]),
    ],
)
def test_an_aggregate_leaks_only_where_it_feeds_features(
    tmp_path: Path, sql: str, rules: list[str]
) -> None:
    (tmp_path / "a.sql").write_text(sql)
    assert [one.rule for one in lint_paths([tmp_path], TABLE, checks=[leaks])] == rules
    folder = tmp_path / "features"
    folder.mkdir()
    (folder / "a.sql").write_text(sql)
    in_features = lint_paths([folder], TABLE, checks=[leaks])
    assert [one.rule for one in in_features] == (rules or ["leak-aggregate"])


def test_what_git_ignores_and_what_is_excluded_is_left_out(tmp_path: Path) -> None:
    for name in ("a.sql", "made/b.sql", "old/c.sql", "old/deep/d.sql", "e_test.sql"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("SELECT 1 FROM nba.games")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("made/\n")

    def names(*exclude: str, path: Path = tmp_path) -> list[str]:
        findings = lint_paths([path], PARTITIONED, checks=[bounds], exclude=exclude)
        return sorted(Path(one.path).name for one in findings)

    assert names() == ["a.sql", "c.sql", "d.sql", "e_test.sql"]
    assert names("old") == ["a.sql", "e_test.sql"]
    assert names("*_test.sql", "old/deep/*") == ["a.sql", "c.sql"]
    assert names(path=tmp_path / "made") == ["b.sql"]
    assert names(path=tmp_path / "made" / "b.sql") == ["b.sql"]
