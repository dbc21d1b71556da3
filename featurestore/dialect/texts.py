"""Rules for texts, casts from text, arrays and hashes. Pure."""

from __future__ import annotations

import re

from sqlglot import exp

from featurestore.dialect.nodes import (
    DECIMALS,
    NUMERIC,
    TEXT,
    TEXTS,
    call,
    case_of,
    cast_to,
    failure,
    failure_of,
    is_a,
    is_positive,
    number,
    typed_as,
)

_WRITTEN = {
    exp.DType.BIGINT: r"\s*[+-]?[0-9]+\s*",
    exp.DType.DOUBLE: r"\s*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?\s*",
    exp.DType.DATE: (r"([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{1,2}-[0-9]{1,2}"),
}
_HEXADECIMAL = r"\s*[+-]?0[xX][0-9a-fA-F]+\s*"


def text_read_as(node: exp.Expr) -> exp.Expr:
    """CAST('1.5' AS INT64) is an error and SAFE_CAST of it NULL; DuckDB's are 2.

    DuckDB also reads dates in other orders, the year 0 and 'nan'. Hexadecimal digits are an error
    here, even in SAFE_CAST: DuckDB reads them only without a sign.
    """
    if not isinstance(node, exp.Cast) or node.to.this not in _WRITTEN:
        return node
    if not is_a(node.this, *TEXTS):
        return node
    written = _WRITTEN[node.to.this]
    if isinstance(node.this, exp.Literal) and re.fullmatch(written, node.this.name, re.ASCII):
        return node
    pattern = exp.Literal.string(written)
    matches = call("regexp_full_match", node.this, pattern)
    if isinstance(node, exp.TryCast) and node.to.this == exp.DType.BIGINT:
        digits = call("regexp_full_match", node.this, exp.Literal.string(_HEXADECIMAL))
        hexadecimal = (digits, failure("hexadecimal text as INT64", node.to))
        return typed_as(case_of((matches, node), hexadecimal), node)
    if isinstance(node, exp.TryCast):
        return typed_as(case_of((matches, node)), node)
    kind = node.to.sql("bigquery", comments=False)
    bad = exp.DPipe(
        this=exp.Literal.string(f"CAST AS {kind}: cannot read "), expression=node.this.copy()
    )
    wrong = exp.And(this=exp.Not(this=matches), expression=exp.Not(this=node.this.is_(exp.Null())))
    failed = failure_of(bad, node.to)
    return typed_as(case_of((wrong, failed), default=node), node)


def numeric_text(node: exp.Expr) -> exp.Expr:
    """CAST(NUMERIC '1.50' AS STRING) is '1.5'; DuckDB writes all decimals of the type."""
    if not (isinstance(node, exp.Cast) and node.to.this in TEXTS and is_a(node.this, *DECIMALS)):
        return node
    # With all nine decimals, so that zeros at the end of a whole number are not removed.
    written = cast_to(cast_to(node.this, NUMERIC), TEXT)
    without_zeros = call("rtrim", written, exp.Literal.string("0"))
    return typed_as(call("rtrim", without_zeros, exp.Literal.string(".")), node)


def sha256_hex(node: exp.Expr) -> exp.Expr:
    """TO_HEX(SHA256(x)) is DuckDB's sha256(x), without a conversion to bytes and back."""
    if isinstance(node, exp.LowerHex) and isinstance(node.this, exp.SHA2Digest):
        return typed_as(call("sha256", node.this.this), node)
    return node


def substring(node: exp.Expr) -> exp.Expr:
    """SUBSTR from 0, or from before the start, begins at 1; DuckDB counts from that position."""
    if not isinstance(node, exp.Substring) or is_positive(node.args.get("start")):
        return node
    start = exp.paren(node.args["start"].copy())
    before = exp.LT(this=start, expression=exp.Neg(this=call("length", node.this)))
    outside = exp.Or(this=exp.EQ(this=start.copy(), expression=number(0)), expression=before)
    node.set("start", case_of((outside, number(1)), default=start))
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
    """ARRAY_SLICE counts from 0, or back from -1, end included; DuckDB from 1, or back from -1."""
    if not isinstance(node, exp.ArraySlice):
        return node

    def shifted(position: exp.Expr) -> exp.Expr:
        inner = exp.paren(position.copy())
        from_start = exp.GTE(this=inner, expression=number(0))
        return case_of((from_start, exp.Add(this=inner, expression=number(1))), default=position)

    bounds = [shifted(node.args[name]) for name in ("start", "end")]
    return typed_as(call("list_slice", node.this, *bounds), node)


TEXT_RULES = (text_read_as, numeric_text, sha256_hex, substring, safe_offset, array_slice)
