"""Rules for texts, arrays, JSON and hashes. Pure."""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.nodes import call, case_of, is_positive, number, typed_as


def sha256_hex(node: exp.Expr) -> exp.Expr:
    """TO_HEX(SHA256(x)) is DuckDB's sha256(x), without the way through bytes and back."""
    if isinstance(node, exp.LowerHex) and isinstance(node.this, exp.SHA2Digest):
        return typed_as(call("sha256", node.this.this), node)
    return node


def substring(node: exp.Expr) -> exp.Expr:
    """SUBSTR from 0, or from before the start, begins at 1; DuckDB counts on from there."""
    if not isinstance(node, exp.Substring) or is_positive(node.args.get("start")):
        return node
    start = exp.paren(node.args["start"].copy())
    before = exp.LT(this=start, expression=exp.Neg(this=call("length", node.this)))
    outside = exp.Or(this=exp.EQ(this=start.copy(), expression=number(0)), expression=before)
    node.set("start", case_of((outside, number(1)), default=start))
    return node


def text_length(node: exp.Expr) -> exp.Expr:
    """LENGTH of a STRING counts characters, as DuckDB's does."""
    if isinstance(node, exp.Length):
        return typed_as(call("length", node.this), node)
    return node


def safe_offset(node: exp.Expr) -> exp.Expr:
    """[SAFE_OFFSET(-1)] is NULL; DuckDB counts a negative position from the end."""
    if not isinstance(node, exp.Bracket) or not node.args.get("safe"):
        return node
    index = node.expressions[0]
    if isinstance(index, exp.Literal):
        return node
    first = number(int(node.args.get("offset") or 0))
    inside = exp.GTE(this=exp.paren(index.copy()), expression=first)
    return typed_as(case_of((inside, node)), node)


def array_slice(node: exp.Expr) -> exp.Expr:
    """ARRAY_SLICE counts from 0, its end included, and from -1 backwards; DuckDB from 1 and -1."""
    if not isinstance(node, exp.ArraySlice):
        return node

    def shifted(position: exp.Expr) -> exp.Expr:
        inner = exp.paren(position.copy())
        from_start = exp.GTE(this=inner, expression=number(0))
        return case_of((from_start, exp.Add(this=inner, expression=number(1))), default=position)

    bounds = [shifted(node.args[name]) for name in ("start", "end")]
    return typed_as(call("list_slice", node.this, *bounds), node)


def json_value(node: exp.Expr) -> exp.Expr:
    """JSON_VALUE gives scalars as text, and NULL for an object or an array."""
    if not isinstance(node, exp.JSONExtractScalar):
        return node
    path = exp.Literal.string(node.expression.sql("duckdb").strip("'"))
    nested = call("json_type", node.this, path).isin("OBJECT", "ARRAY")
    scalar = call("json_extract_string", node.this, path)
    return typed_as(case_of((nested, exp.Null()), default=scalar), node)


TEXT_RULES = (sha256_hex, substring, text_length, safe_offset, array_slice, json_value)
