"""Where FLOAT64 may overflow: what is tested in DuckDB's SQL, and what needs no test."""

from __future__ import annotations

import pytest

from featurestore import dialect
from featurestore.compute import plan
from featurestore.dialect.magnitudes import UNKNOWN, Magnitude

COLUMNS = {
    "t": {"n": "INT64", "m": "NUMERIC", "f": "FLOAT64"},
    "r": {"ratio": "FLOAT64"},
}


def overflow_tests(sql: str, **known: dict[str, Magnitude]) -> int:
    """How many results are tested for infinity in a statement's translation."""
    return dialect.translate(sql, columns=COLUMNS, magnitudes=known).sql.count("not a finite")


@pytest.mark.parametrize(
    "expression",
    [
        "n * 1.5",
        "n / 3",
        "n / n",
        "n / m",
        "n / 0.001 / CAST(m AS FLOAT64)",
        "SUM(n / 7) OVER ()",
        "AVG(n)",
        "STDDEV(n * 1.5)",
        "COALESCE(n / 2, 0.0) - IF(n > 1, 1.5, n / 3) * CASE WHEN n = 1 THEN 2.5 END",
        "ROUND(n / 3, 2) + CEIL(n / 7)",
        "SQRT(n * 2.5) * LEAST(n / 3, 1.5)",
        "(SELECT MAX(x) FROM UNNEST([1.5, 2.5]) AS x)",
        "(SELECT y + 1 FROM (SELECT n / 2 AS y UNION ALL SELECT n / 3) AS u LIMIT 1)",
        "-n * 1.5 - CAST(m AS FLOAT64)",
    ],
)
def test_results_of_integers_and_decimals_are_not_tested(expression: str) -> None:
    assert overflow_tests(f"SELECT {expression} AS v FROM t") == 0


@pytest.mark.parametrize(
    "expression",
    [
        "f * n",
        "f + 1.5",
        "n / f",
        "n / (n / f)",
        "f / 0.5",
        "AVG(f)",
        "SUM(f) OVER (ORDER BY n)",
        "n * EXP(n)",
        "1e200 * n * 1e200",
        "IF(n > 1, f, 1.5) * 2.5",
        "(SELECT x * 2 FROM UNNEST([1.5, f]) AS x LIMIT 1)",
    ],
)
def test_results_of_a_float_column_are_tested(expression: str) -> None:
    assert overflow_tests(f"SELECT {expression} AS v FROM t") >= 1


def test_a_sum_of_products_is_tested_once_beside_literals_and_each_time_beside_columns() -> None:
    beside_literals = dialect.translate("SELECT f * 2 * 3 + 1 AS v FROM t", columns=COLUMNS).sql
    beside_columns = dialect.translate("SELECT f * 2 * n + n AS v FROM t", columns=COLUMNS).sql
    assert beside_literals.count("ISFINITE") == 1
    assert beside_columns.count("ISFINITE") == 3


def test_magnitudes_pass_through_ctes_subqueries_and_stars() -> None:
    sql = """
        WITH halves AS (SELECT n / 2 AS half, f FROM t), all_of_them AS (SELECT * FROM halves)
        SELECT half * 2.5 AS small, f * 2.5 AS large FROM (SELECT * FROM all_of_them)"""
    assert overflow_tests(sql) == 1


def test_a_relation_s_columns_have_the_magnitudes_of_their_inputs() -> None:
    made = dialect.translate("SELECT n / 100 AS ratio, f FROM t", columns=COLUMNS).magnitudes
    assert made["ratio"].large <= 20
    assert made["f"] == UNKNOWN
    sql = "SELECT ratio * 1.5 AS v FROM r"
    assert overflow_tests(sql) == 1
    assert overflow_tests(sql, r=dict(made)) == 0


def test_nothing_in_the_shipped_features_can_overflow() -> None:
    assert [step.name for step in plan.steps() if "not a finite" in step.sql] == []
