"""Constant predicates: the guard is never more sure of them than Google's evaluator."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from featurestore.bounds import check_bounds

VALUES = (
    "0",
    "1",
    "2",
    "01",
    "0x1",
    "1.0",
    "1e0",
    ".5",
    "0.50",
    "-1",
    "NULL",
    "'1'",
    "NUMERIC '1'",
)
values = st.sampled_from(VALUES) | st.sampled_from(VALUES).map(lambda text: f"({text})")
comparisons = st.tuples(
    values, st.sampled_from(("=", "!=", "<>", "<", "<=", ">", ">=", "IS NOT DISTINCT FROM")), values
).map(" ".join)
atoms = st.one_of(
    comparisons,
    st.sampled_from(("TRUE", "FALSE", "NULL", "TRUE IS NULL", "NULL IS NULL", "FALSE IS NOT TRUE")),
    st.tuples(values, values, values).map(lambda v: f"{v[0]} BETWEEN {v[1]} AND {v[2]}"),
    st.tuples(values, values, values).map(lambda v: f"{v[0]} IN ({v[1]}, {v[2]})"),
    st.tuples(values, values).map(lambda v: f"{v[0]} NOT IN ({v[1]})"),
)
predicates = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.map(lambda text: f"NOT ({text})"),
        st.tuples(inner, st.sampled_from(("AND", "OR")), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        inner.map(lambda text: f"IF({text}, TRUE, FALSE)"),
        inner.map(lambda text: f"({text}) = TRUE"),
    ),
    max_leaves=6,
)


def guard_says_no_row(predicate: str) -> bool:
    """Whether the guard takes the predicate for one that no row passes."""
    return check_bounds(f"SELECT 1 FROM nba.games WHERE {predicate}", {"nba.games": "day"}) == []


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(predicates)
@example("1 = 1.0")
@example("(2 = 2.0) OR (FALSE)")
@example("1 = 1e0")
@example("NOT (1 != 01)")
@example("(1 = 2) AND (NULL)")
def test_no_row_passes_where_the_guard_says_so(evaluator, predicate):
    assume(guard_says_no_row(predicate))
    try:
        rows = evaluator.rows(f"SELECT 1 AS one FROM UNNEST([1]) WHERE {predicate}")
    except evaluator.Error:
        return  # A statement that does not run reads nothing.
    assert rows == []


@pytest.mark.parametrize(
    "predicate", ["FALSE", "1 = 2", "NOT TRUE", "NOT 1 = 1", "1 = 0 AND x > 1", "(1) = (0)"]
)
def test_usual_constant_predicates_are_understood(predicate):
    assert guard_says_no_row(predicate)
