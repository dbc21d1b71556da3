"""Rules for lengths and offsets: negative ones are errors in BigQuery, not in DuckDB. Pure."""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.nodes import BIGINT, case_of, failure, number

_LENGTHS: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Left: ("expression", "LEFT"),
    exp.Right: ("expression", "RIGHT"),
    exp.Repeat: ("times", "REPEAT"),
    exp.Pad: ("expression", "LPAD or RPAD"),
    exp.Substring: ("length", "SUBSTR"),
    exp.Lag: ("offset", "LAG"),
    exp.Lead: ("offset", "LEAD"),
}


def no_negative_length(node: exp.Expr) -> exp.Expr:
    """LEFT('abc', -1) is an error; DuckDB counts from the end, or returns an empty text."""
    if type(node) not in _LENGTHS:
        return node
    key, name = _LENGTHS[type(node)]
    length = node.args.get(key)
    if length is None or (isinstance(length, exp.Literal) and length.is_int):
        return node
    negative = exp.LT(this=exp.paren(length.copy()), expression=number(0))
    failed = failure(f"{name}: the length or offset is negative", BIGINT)
    checked = case_of((negative, failed), default=length)
    # DuckDB's function takes an INTEGER, not a BIGINT.
    is_pad = isinstance(node, exp.Pad)
    node.set(key, exp.cast(checked, "INTEGER", dialect="duckdb") if is_pad else checked)
    return node


LENGTH_RULES = (no_negative_length,)
