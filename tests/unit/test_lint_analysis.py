"""`lint`: what GoogleSQL's own parser and analyzer find, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from featurestore import disk_cache
from featurestore.googlesql import analyzer
from featurestore.lint.check import googlesql, lint_paths

PARTITIONED = {"nba.games": "game_date"}
SCHEMA = {"nba.games": {"game_date": "DATE", "points": "INT64", "name": "STRING"}}


@pytest.fixture(autouse=True)
def passed_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what passed in other tests nothing is known."""
    analyzer.analyzer()  # Compiled in the real cache folder.
    monkeypatch.setattr(disk_cache, "folder", lambda: tmp_path / "cache")


def findings(folder: Path, name: str, text: str) -> list[tuple[int, int, str, str, str]]:
    """Line, column, rule, severity and message of each finding of the analyzer."""
    (folder / "sql").mkdir(exist_ok=True)
    (folder / "sql" / name).write_text(text, encoding="utf-8")
    findings = lint_paths([folder / "sql"], PARTITIONED, schema=SCHEMA, checks=[googlesql])
    return [(one.line, one.column, one.rule, one.severity, one.message) for one in findings]


def placed(text: str, word: str) -> tuple[int, int]:
    """Line and column of a word that occurs once in the text."""
    assert text.count(word) == 1
    at = text.index(word)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 AS a;\n-- a ; b\nSELECT ';', WRONG FROM `p-1.nba.games`;",
        "SELECT\n\tpoints,\tWRONG\nFROM nba.games",
        "SELECT 1 AS a; SELECT 'é', WRONG FROM nba.games",
        "INSERT INTO nba.games (points) SELECT WRONG FROM nba.games",
        "DELETE FROM nba.games WHERE WRONG = 1",
        "SELECT points FROM nba.games WHERE game_date >= ? AND WRONG = ?",
    ],
)
def test_a_name_that_no_table_has_is_found_where_it_is_written(tmp_path: Path, text: str) -> None:
    ((line, column, rule, severity, message),) = findings(tmp_path, "a.sql", text)
    assert (line, column) == placed(text, "WRONG")
    assert (rule, severity, message) == ("googlesql", "error", "Unrecognized name: WRONG")


@pytest.mark.parametrize(
    "text",
    [
        "é = run('SELECT WRONG FROM nba.games')",
        'run("SELECT 1 AS a, "\n    "WRONG "\n    "FROM nba.games")',
        'run(f"""\n    SELECT {columns}, WRONG\n    FROM `{project}.nba.games`\n""")',
        "DAY = '2025-01-1'\nrun(f\"SELECT '{DAY}' AS d, WRONG FROM nba.games WHERE name = '{n}'\")",
        "run('SELECT \\'\\x41\\t\\u00e9\\', WRONG FROM nba.games')",
        "run(r'SELECT r\"\\d\", WRONG FROM nba.games')",
        'run("""\\\nSELECT points,\n  WRONG\nFROM nba.games""")',
        "run('SELECT %s AS a, WRONG FROM nba.games' % day)",
        "run('SELECT {} AS a, WRONG FROM nba.games'.format(day))",
        'run(f"SELECT {{}}" if x else f"SELECT {a!r:>{width}} AS a, WRONG FROM nba.games")',
    ],
)
def test_inside_python_the_place_is_that_of_the_file(tmp_path: Path, text: str) -> None:
    ((line, column, _, _, message),) = findings(tmp_path, "a.py", text)
    assert message == "Unrecognized name: WRONG"
    assert (line, column) == placed(text, "WRONG")


def test_text_that_does_not_parse_is_one_finding_with_line_and_column(tmp_path: Path) -> None:
    text = "SELECT\n  CAST(points AS FLOAT64 AS b\nFROM nba.games"
    (tmp_path / "a.sql").write_text(text, encoding="utf-8")
    (finding,) = lint_paths([tmp_path], {"nba.games": "game_date"}, schema=SCHEMA)[:1]
    assert (finding.line, finding.column, finding.rule) == (2, 26, "syntax")
    assert str(finding) == (
        f"{tmp_path / 'a.sql'}:2:26: error: "
        'Syntax error: Expected ")" or keyword FORMAT but got keyword AS [syntax]'
    )


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("TRUE = 1", "No matching signature for operator ="),
        ("name > points", "No matching signature for operator >"),
        ("COUNT(DISTINCT points, name)", "No matching signature for aggregate function COUNT"),
        ("points + 1 AS a, a + 1", "Unrecognized name: a"),
    ],
)
def test_what_other_engines_take_and_googlesql_does_not_is_an_error(
    tmp_path: Path, expression: str, message: str
) -> None:
    ((*_, severity, found_message),) = findings(
        tmp_path, "a.sql", f"SELECT {expression} FROM nba.games"
    )
    assert severity == "error"
    assert found_message.startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT WRONG FROM other.table",
        "CREATE TEMP TABLE t AS SELECT 1 AS x; SELECT y FROM t",
        "DECLARE d DATE DEFAULT CURRENT_DATE();\nSELECT points FROM nba.games WHERE game_date > d",
        "BEGIN TRANSACTION; DELETE FROM nba.games WHERE TRUE; COMMIT TRANSACTION;",
        "SELECT other.my_function(points) FROM nba.games",
        "SELECT * FROM nba.INFORMATION_SCHEMA.PARTITIONS",
        "CREATE TABLE a.b (x INT64) PARTITION BY DATE(_PARTITIONTIME)",
        "SELECT points FROM nba.games WHERE game_date >= @start_date AND name = @name",
        "SELECT points FROM nba.games WHERE game_date >= ? AND name = ?",
        "SELECT @name AS name FROM nba.games WHERE name = @name",
    ],
)
def test_what_the_text_alone_cannot_decide_is_not_a_finding(tmp_path: Path, text: str) -> None:
    assert findings(tmp_path, "a.sql", text) == []


def test_a_function_that_only_bigquery_may_know_is_a_warning(tmp_path: Path) -> None:
    ((*_, severity, message),) = findings(tmp_path, "a.sql", "SELECT MY_COUNT(1) AS n")
    assert severity == "warning"
    assert message.startswith("Function not found: MY_COUNT")


def test_relations_of_one_folder_read_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "features"
    folder.mkdir()
    (folder / "one.sql").write_text("SELECT points AS p FROM nba.games")
    (folder / "two.sql").write_text("SELECT p + @more AS q FROM one")
    (folder / "three.sql").write_text("SELECT p FROM two")
    (finding,) = lint_paths([folder], PARTITIONED, schema=SCHEMA, checks=[googlesql])
    assert (Path(finding.path).name, finding.message) == ("three.sql", "Unrecognized name: p")


def test_a_text_that_passed_starts_nothing_unless_the_schema_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "SELECT points FROM nba.games"
    assert findings(tmp_path, "a.sql", text) == []
    starts = []
    real = analyzer.analyzer
    monkeypatch.setattr(analyzer, "analyzer", lambda: starts.append(1) or real())
    assert findings(tmp_path, "a.sql", text) == []
    assert starts == []
    monkeypatch.setitem(SCHEMA, "nba.games", {"game_date": "DATE"})
    assert len(findings(tmp_path, "a.sql", text)) == 1
    assert starts == [1]


def test_a_record_that_others_can_write_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings(tmp_path, "a.sql", "SELECT points FROM nba.games")
    (tmp_path / "cache" / "googlesql" / "passed.txt").chmod(0o622)
    starts = []
    real = analyzer.analyzer
    monkeypatch.setattr(analyzer, "analyzer", lambda: starts.append(1) or real())
    findings(tmp_path, "a.sql", "SELECT points FROM nba.games")
    assert starts == [1]


def test_a_record_that_was_cut_off_costs_one_more_analysis_and_no_other_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["SELECT points FROM nba.games", "SELECT name FROM nba.games"]
    findings(tmp_path, "a.sql", texts[0])
    record = tmp_path / "cache" / "googlesql" / "passed.txt"
    content = record.read_bytes()
    record.write_bytes(content + content[:40])
    findings(tmp_path, "a.sql", texts[1])
    monkeypatch.setattr(analyzer, "analyzer", lambda: pytest.fail("started"))
    for text in texts:
        assert findings(tmp_path, "a.sql", text) == []


def test_findings_are_cached_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "SELECT wrong, MY_COUNT(1) AS n\nFROM nba.games; SELECT CAST(1 AS) FROM nba.games"
    first = findings(tmp_path, "a.sql", text)
    assert len(first) == 1
    monkeypatch.setattr(analyzer, "analyzer", lambda: pytest.fail("started"))
    assert findings(tmp_path, "a.sql", text) == first


@pytest.mark.parametrize(
    "text",
    [
        "SELECT WRONG FROM dev.games",
        "SELECT g.WRONG FROM `p-1`.other.Games AS g",
        "SELECT WRONG FROM games",
        "SELECT a.points FROM dev.games AS a JOIN nba.games AS b USING (points) WHERE WRONG",
        "CREATE TABLE x.y AS SELECT WRONG FROM staging.games",
        "INSERT INTO dev.games (points) SELECT WRONG FROM nba.games",
    ],
)
def test_a_known_table_in_an_unknown_dataset_is_that_table(tmp_path: Path, text: str) -> None:
    ((line, column, rule, _, message),) = findings(tmp_path, "a.sql", text)
    assert (line, column) == placed(text, "WRONG")
    assert (rule, "WRONG" in message) == ("googlesql", True)


@pytest.mark.parametrize(
    "text",
    [
        "WITH games AS (SELECT 1 AS other) SELECT other FROM games",
        "CREATE TEMP TABLE games AS SELECT 1 AS other; SELECT other FROM games",
        "SELECT other FROM dev.games_2024",
        "SELECT other FROM dev.INFORMATION_SCHEMA.games",
        "SELECT points FROM dev.games",
    ],
)
def test_a_name_that_means_something_else_is_not_that_table(tmp_path: Path, text: str) -> None:
    assert findings(tmp_path, "a.sql", text) == []
