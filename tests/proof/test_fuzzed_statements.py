"""Mutated statements: nothing but the project's own errors, and DuckDB runs what the guard saw.

The mutations are those that found a way round the guard: words of other statements, quotes and
comments in the wrong place, operators that only one of the parsers knows. The budget is fixed and
the random numbers are the same every time, so that a failure comes back; what failed once is a
case of ``SEEDS``.
"""

# ruff: noqa: E501  (one case a line)

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest
from sqlglot.dialects.bigquery import BigQuery

from featurestore import bounds, dialect
from featurestore.compute import feature_view
from featurestore.definitions import tables
from featurestore.definitions.sql_files import load
from featurestore.lint import check as lint
from featurestore.query import require_select
from sync.duck import connections, statement_guard
from sync.errors import BadInput, Failure, Refused

KNOWN = {**tables.column_types(), feature_view.FEATURES: feature_view.column_types()}
PARTITIONED = {**tables.partitioned(), feature_view.FEATURES: "game_date"}
CONTEXT = lint.Context(PARTITIONED)
MUTANTS_PER_ROUND, ROUNDS = 250, 4

GOLDEN = Path(__file__).parent / "golden"
STATEMENTS = [
    *(
        file.read_text(encoding="utf-8").split("\n\n", 1)[1]
        for file in sorted(GOLDEN.glob("*.sql"))
    ),
    *(file.text for kind in ("checks", "reports") for file in load(kind)),
    f"SELECT points FROM {tables.SUMMARY} AS s WHERE game_date BETWEEN '2025-01-01' AND '2025-02-01' AND EXISTS (SELECT 1 FROM UNNEST([1]) AS x)",
]
# Words that are written one way in GoogleSQL and read another way elsewhere.
ODD = """
    @@x ' " ` -- /* */ # ; ( ) [ ] :: |> @p ? r' b''' \\ NULL 9 -1 1e400 0x1F { } < > . , AS é \u00a0 \0 ?. @
    $1 $$ ::INT64 FROM SELECT WITH STRUCT< ARRAY< INTERVAL OVER UNNEST EXTRACT PIVOT( TABLESAMPLE
    BEGIN IF CASE END DATE LIMIT UNION MERGE CALL featurestore.pushed duckdb_settings() 'x.csv'
""".split(" ")  # fmt: skip

# Statements on which something failed once.
SEEDS = {
    "a quote that only DuckDB closes": "SELECT @@x AS a, '$$ AS b; SELECT 1 AS d --' AS c",
    "the parser reads on past the end": "SELECT DATE_SUB(DATE '2024-03-31' INTERVAL 1 MONTH) AS v1",
    "an operator in the place of an argument": "SELECT REGEXP_REPLACE('abcb', < '(b)', r'x') AS v7",
    "a comment over a closing bracket": "SELECT DATE_TRUNC(day, WEEK ( -- MONDAY ) ) AS v7",
    "a literal that becomes a table": "SELECT 1 AS a, FROM (TIMESTAMP '2024-03-03 23:11:12') AS v3",
    "a parameter in the place of a name": "SELECT 1 AS @ v4",
    "a chain of comparisons": "SELECT 1 < 2 < 3 AS v4",
    "a position out of range": f"SELECT points FROM {tables.SUMMARY} WHERE game_date = '2025-01-01' GROUP BY 9",
    "a MERGE without a dataset": "MERGE games AS g USING t ON g.a = t.a WHEN MATCHED THEN DELETE",
    "a MERGE of nothing": "MERGE INTO games USING t ON TRUE",
    "a pipe in the middle of a UNION": "SELECT 1 AS a UNION ALL SELECT 2 |> UNION ALL SELECT 3",
    "an order without an argument": "SELECT STRING_AGG(DISTINCT ORDER BY x) AS v6 FROM UNNEST(['a']) AS x",
    "a CTE named as a table of the system": "SELECT 1 FROM duckdb_settings WHERE EXISTS (WITH duckdb_settings AS (SELECT 1) SELECT 1 FROM duckdb_settings)",
}


def checked(sql: str) -> str:
    """Put a statement through everything that reads it; what DuckDB would run, or nothing."""
    bounds.check_bounds(sql, PARTITIONED)
    for check in lint.CHECKS:
        lint._findings(check, sql, CONTEXT)
    try:
        read = require_select(sql, KNOWN)
        translated = dialect.to_duckdb_sql(sql, columns=KNOWN)
    except Failure:
        return ""
    with closing(connections.connect(None)) as con:
        try:
            statement_guard.require_select(con, translated, read)
        except (BadInput, Refused):
            return ""
    return translated


def words(sql: str) -> list[str]:
    return [sql[token.start : token.end + 1] for token in BigQuery().tokenize(sql)]


def mutated(random_: random.Random, pool: list[list[str]]) -> str:
    """A statement of the pool with one to three changes."""
    made = list(random_.choice(pool))
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        place, length = random_.randrange(len(made) + 1), random_.randrange(1, 12)
        other = random_.choice(pool)
        start = random_.randrange(len(other))
        some, rest = made[place : place + length], made[place + length :]
        change = random_.choice((
            some[1:],
            [random_.choice(other), *some[1:]],
            [random_.choice(ODD), *some],
            some[::-1] if len(some) < 4 else [*some[3:], *some[:3]],
            other[start : start + length],
            some * 2,
        ))  # fmt: skip
        made = [*made[:place], *change, *rest] if length > 1 else [*made[:place], *other[start:]]
    return " ".join(made)


@pytest.mark.parametrize("name", SEEDS)
def test_a_statement_that_failed_once_ends_in_our_own_error(name: str) -> None:
    assert checked(SEEDS[name]) == ""


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_mutated_statement_ends_in_rows_or_in_our_own_error(round_: int) -> None:
    random_ = random.Random(round_)
    pool = [words(sql) for sql in STATEMENTS]
    accepted = 0
    for _ in range(MUTANTS_PER_ROUND):
        accepted += bool(checked(mutated(random_, pool)))
    # Else everything was refused at the first word, and nothing was tried.
    assert accepted > MUTANTS_PER_ROUND // 50
