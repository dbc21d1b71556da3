"""A statement that is too long or nested too deeply is refused with the limit, and in no time."""

from __future__ import annotations

import threading

import pytest

from featurestore import bounds, dialect
from featurestore.lint import check as lint
from featurestore.query import require_select
from featurestore.statement_size import MOST_LEVELS, MOST_TERMS
from sync.errors import Refused

PARTITIONED = {"nba.games": "game_date"}


def nested(opening: str, core: str, closing: str, levels: int) -> str:
    return opening * levels + core + closing * levels


def long(separator: str, term: str, terms: int) -> str:
    return separator.join([term] * terms)


LEVELS = {
    "parentheses": ("(", "1", ")"),
    "CASE": ("CASE WHEN TRUE THEN ", "1", " END"),
    "calls": ("ABS(", "1", ")"),
    "scalar subqueries": ("(SELECT ", "1", ")"),
}
TERMS = {"+": "1", "AND": "TRUE", "OR": "1 = 1", "||": "'a'"}


@pytest.mark.parametrize("kind", LEVELS)
def test_as_many_levels_as_the_limit_allows_are_read(kind: str) -> None:
    sql = f"SELECT {nested(*LEVELS[kind], MOST_LEVELS)} AS a"
    assert bounds.check_bounds(sql, PARTITIONED) == []
    assert require_select(sql, ()) == frozenset()
    dialect.to_duckdb_sql(sql)


@pytest.mark.parametrize("kind", LEVELS)
def test_one_level_more_is_refused_with_the_limit(kind: str) -> None:
    sql = f"SELECT\n{nested(*LEVELS[kind], MOST_LEVELS + 1)} AS a"
    (finding,) = bounds.check_bounds(sql, PARTITIONED)
    assert (finding.rule, finding.severity, finding.line) == ("size", "error", 2)
    for read in (dialect.to_duckdb_sql, lambda text: require_select(text, ())):
        with pytest.raises(Refused, match=f"nested more than {MOST_LEVELS} levels deep, in line 2"):
            read(sql)


@pytest.mark.parametrize("operator", TERMS)
def test_as_many_terms_as_the_limit_allows_are_read(operator: str) -> None:
    terms = MOST_TERMS // 2 if operator == "OR" else MOST_TERMS
    sql = f"SELECT {long(f' {operator} ', TERMS[operator], terms)} AS a"
    assert bounds.check_bounds(sql, PARTITIONED) == []
    dialect.to_duckdb_sql(sql)


@pytest.mark.parametrize("terms", [MOST_TERMS + 2, 3_000, 30_000])
@pytest.mark.parametrize("operator", TERMS)
def test_more_terms_are_refused_with_the_limit(operator: str, terms: int) -> None:
    sql = f"SELECT {long(f' {operator} ', TERMS[operator], terms)} AS a"
    with pytest.raises(Refused, match=f"more than {MOST_TERMS} operators in one expression"):
        dialect.to_duckdb_sql(sql)
    assert [finding.rule for finding in bounds.check_bounds(sql, PARTITIONED)] == ["size"]


@pytest.mark.parametrize("arms", [MOST_TERMS + 1, 3_000])
def test_more_arms_of_a_union_are_refused_with_the_limit(arms: int) -> None:
    sql = long(" UNION ALL ", "SELECT 1 AS a, 2 AS b", arms)
    with pytest.raises(Refused, match=f"more than {MOST_TERMS} arms in one UNION"):
        dialect.to_duckdb_sql(sql)


def test_as_many_arms_as_the_limit_allows_are_read() -> None:
    sql = long(" UNION ALL ", "SELECT 1 AS a", MOST_TERMS)
    assert bounds.check_bounds(sql, PARTITIONED) == []
    dialect.to_duckdb_sql(sql)


def test_the_elements_of_a_list_are_not_counted() -> None:
    listed = ", ".join(f"DATE '2025-01-{day % 28 + 1:02}'" for day in range(3_000))
    sql = f"SELECT 1 AS a FROM nba.games WHERE game_date IN ({listed})"
    assert bounds.check_bounds(sql, PARTITIONED) == []
    columns = {"nba.games": {"game_date": "DATE"}}
    # Nothing but the literal itself: a check of each literal's text made such a list slow.
    assert dialect.to_duckdb_sql(sql, columns=columns).count("REGEXP") == 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "NOT " * 30_000 + "TRUE AS a",
        "SELECT " + "- " * 30_000 + "1 AS a",
        "SELECT a" + ".a" * 30_000,
        "SELECT a" + "[0]" * 30_000,
        "SELECT CAST(1 AS " + "STRUCT<a " * 9_000 + "INT64" + ">" * 9_000 + ")",
        "SELECT " + "CASE " * 30_000,
        "SELECT * FROM " + "(" * 30_000,
        # Each level and each chain is within its limit.
        "SELECT " + "(" * 90 + "1" + " + 1" * 400 + (")" + " + 1" * 400) * 90 + " AS a",
    ],
    ids=lambda sql: sql[:20],
)
@pytest.mark.parametrize("in_a_thread", [False, True])
def test_a_statement_that_is_too_deep_is_refused_or_does_not_parse(
    sql: str, in_a_thread: bool
) -> None:
    answers: list[str] = []

    def check() -> None:
        answers.extend(finding.rule for finding in bounds.check_bounds(sql, PARTITIONED))
        answers.extend(f.rule for f in lint._findings(lint.leaks, sql, lint.Context(PARTITIONED)))

    if in_a_thread:
        thread = threading.Thread(target=check)
        thread.start()
        thread.join()
    else:
        check()
    assert set(answers) in ({"size"}, {"syntax"})


def test_lint_goes_on_with_the_next_statement_and_the_next_file(tmp_path) -> None:
    deep = f"SELECT {nested('(', '1', ')', 400)} AS a"
    unbounded = "SELECT points FROM nba.games WHERE game_date < @d"
    (tmp_path / "a.sql").write_text(f"{deep};\nSELECT FROM WHERE (;\n{unbounded};\n")
    (tmp_path / "b.py").write_text(f"ONE = {deep!r}\nTWO = {unbounded!r}\n")
    findings = lint.lint_paths([tmp_path], PARTITIONED)
    assert [(finding.path[-4:], finding.rule, finding.line) for finding in findings] == [
        (".sql", "size", 1),
        (".sql", "syntax", 2),
        (".sql", "unbounded", 3),
        ("b.py", "size", 1),
        ("b.py", "unbounded", 2),
    ]
