"""Rules for elements of arrays: positions out of range, and the first of an aggregate. Pure."""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.nodes import BIGINT, call, case_of, failure, number, typed_as


def element_in_range(node: exp.Expr) -> exp.Expr:
    """[OFFSET(3)] of three elements is an error; DuckDB's is NULL, and [-1] the last one."""
    if not isinstance(node, exp.Bracket) or node.args.get("safe") or node.type is None:
        return node
    first = number(int(node.args.get("offset") or 0))
    index = exp.paren(node.expressions[0].copy())
    end = exp.Add(this=call("len", node.this), expression=first)
    outside = exp.Or(
        this=exp.LT(this=index, expression=first.copy()),
        expression=exp.GTE(this=index.copy(), expression=exp.paren(end)),
    )
    failed = failure("array position is out of range", node.type)
    return typed_as(case_of((outside, failed), default=node), node)


def first_of_aggregate(node: exp.Expr) -> exp.Expr:
    """ARRAY_AGG and STRING_AGG with LIMIT: the first of the ordered array; NULL if it is empty."""
    if isinstance(node, exp.IgnoreNulls | exp.ArrayAgg):
        return _first_of_array(node)
    if not isinstance(node, exp.GroupConcat) or not isinstance(node.this, exp.Limit):
        return node
    limit = node.this
    separator = node.args.get("separator") or exp.Literal.string(",")
    value = limit.this
    while isinstance(value, exp.Order | exp.Distinct):
        value = value.this if isinstance(value, exp.Order) else value.expressions[0]
    listed = exp.Filter(
        this=exp.ArrayAgg(this=limit.this.copy(), nulls_excluded=False),
        expression=exp.Where(this=exp.Not(this=value.copy().is_(exp.Null()))),
    )
    return typed_as(call("array_to_string", _first(listed, limit), separator), node)


def _first_of_array(node: exp.Expr) -> exp.Expr:
    aggregate = node.this if isinstance(node, exp.IgnoreNulls) else node
    if not isinstance(aggregate, exp.ArrayAgg) or not isinstance(aggregate.this, exp.Limit):
        return node
    if aggregate is node and isinstance(node.parent, exp.IgnoreNulls):
        return node
    limit = aggregate.this
    aggregate.set("this", limit.this)
    return typed_as(_first(node, limit), node)


def _first(listed: exp.Expr, limit: exp.Limit) -> exp.Expr:
    """The first elements of an array; NULL if there are none, like BigQuery's empty aggregate."""
    count = limit.expression
    return case_of(
        (
            exp.GT(this=exp.paren(count.copy()), expression=number(0)),
            call("list_slice", listed, number(1), count),
        )
    )


def joined_elements(node: exp.Expr) -> exp.Expr:
    """ARRAY_TO_STRING of only NULLs is '', and with a NULL separator NULL; DuckDB's differ."""
    if not isinstance(node, exp.ArrayToString):
        return node
    separator = node.expression
    missing: exp.Expr = exp.paren(node.this.copy()).is_(exp.Null())
    if not isinstance(separator, exp.Literal):
        nothing = exp.paren(separator.copy()).is_(exp.Null())
        missing = exp.Or(this=missing, expression=nothing)
    text = exp.Coalesce(this=node.copy(), expressions=[exp.Literal.string("")])
    return typed_as(case_of((missing, exp.Null()), default=text), node)


def concatenation(node: exp.Expr) -> exp.Expr:
    """ARRAY_CONCAT of a NULL is NULL; DuckDB treats it as an empty array."""
    if not isinstance(node, exp.ArrayConcat):
        return node
    parts = [node.this, *node.expressions]
    tests = [exp.paren(p.copy()).is_(exp.Null()) for p in parts if not isinstance(p, exp.Array)]
    if not tests:
        return node
    return typed_as(case_of((exp.or_(*tests), exp.Null()), default=node), node)


def step_of_series(node: exp.Expr) -> exp.Expr:
    """GENERATE_ARRAY with a step of 0 is an error; DuckDB's array is empty."""
    step = node.args.get("step") if isinstance(node, exp.GenerateSeries) else None
    if step is None or (isinstance(step, exp.Literal) and step.name != "0"):
        return node
    none = exp.EQ(this=exp.paren(step.copy()), expression=number(0))
    failed = failure("GENERATE_ARRAY: the step is 0", BIGINT)
    node.set("step", case_of((none, failed), default=step))
    return node


ELEMENT_RULES = (
    element_in_range, first_of_aggregate, joined_elements, concatenation, step_of_series,
)  # fmt: skip
