"""Rules for numbers. Pure."""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.nodes import (
    BIGINT,
    DECIMALS,
    DOUBLE,
    FLOATS,
    INTEGERS,
    NUMERIC,
    call,
    case_of,
    cast_to,
    failure,
    is_a,
    number,
    typed_as,
)

# Where an integer is a value, and not a position, a frame bound or a number of digits.
_VALUES = (
    exp.Abs, exp.Add, exp.Alias, exp.Array, exp.BitwiseAnd, exp.BitwiseCount, exp.BitwiseLeftShift,
    exp.BitwiseNot, exp.BitwiseOr, exp.BitwiseRightShift, exp.BitwiseXor, exp.Case, exp.Coalesce,
    exp.Greatest, exp.If, exp.IntDiv, exp.Least, exp.Max, exp.Min, exp.Mod, exp.Mul, exp.Nullif,
    exp.PropertyEQ, exp.Select, exp.Struct, exp.Sub, exp.Sum,
)  # fmt: skip


def integer_literal(node: exp.Expr) -> exp.Expr:
    """1 is INT64; DuckDB's is 32 bits wide: sums overflow, arrays and columns are INTEGER."""
    if not isinstance(node, exp.Literal) or node.is_string or not node.is_int:
        return node
    parent = node.parent
    while isinstance(parent, exp.Paren | exp.Neg):
        parent = parent.parent
    if not isinstance(parent, _VALUES):
        return node
    # DuckDB adds INTEGER, not BIGINT, to a DATE; a parameter may be a DATE.
    if isinstance(parent, exp.Add | exp.Sub) and not is_a(parent, *INTEGERS, *FLOATS, *DECIMALS):
        return node
    return cast_to(node, BIGINT)


def float_literal(node: exp.Expr) -> exp.Expr:
    """1.5 is FLOAT64; in DuckDB it is DECIMAL(2,1)."""
    if isinstance(node, exp.Literal) and node.is_number and not node.is_int:
        return cast_to(node, DOUBLE)
    return node


def lone_null(node: exp.Expr) -> exp.Expr:
    """A column that is NULL throughout is INT64; DuckDB makes it INTEGER."""
    if not isinstance(node, exp.Null) or not isinstance(node.parent, exp.Alias):
        return node
    select = node.parent.parent
    around = select.find_ancestor(exp.SetOperation, exp.CTE, exp.Subquery) if select else None
    if not isinstance(select, exp.Select) or isinstance(around, exp.SetOperation):
        return node
    return cast_to(node, BIGINT)


def numeric_type(node: exp.Expr) -> exp.Expr:
    """NUMERIC is (38,9); DuckDB's DECIMAL is (18,3)."""
    if isinstance(node, exp.DataType) and node.this in DECIMALS:
        return node if node.expressions else NUMERIC.copy()
    return node


def numeric_product(node: exp.Expr) -> exp.Expr:
    """A product of NUMERICs is rounded to nine digits; DuckDB keeps eighteen."""
    if isinstance(node, exp.Mul) and is_a(node.this, *DECIMALS):
        return cast_to(node, NUMERIC) if is_a(node.expression, *DECIMALS) else node
    return node


def integer_cast(node: exp.Expr) -> exp.Expr:
    """CAST(2.5 AS INT64) is 3, half away from zero; DuckDB rounds half to even."""
    if not isinstance(node, exp.Cast) or node.to.this != exp.DataType.Type.BIGINT:
        return node
    if is_a(node.this, *FLOATS, *DECIMALS) and not isinstance(node.this, exp.Round):
        node.set("this", typed_as(exp.Round(this=node.this), node.this))
    return node


def integer_sum(node: exp.Expr) -> exp.Expr:
    """SUM(INT64) is INT64; DuckDB's is HUGEINT, which becomes a double in Parquet."""
    total = node.this if isinstance(node, exp.Window) else node
    if not isinstance(total, exp.Sum) or (total is node and isinstance(node.parent, exp.Window)):
        return node
    return cast_to(node, BIGINT) if is_a(total, *INTEGERS) else node


def count_if(node: exp.Expr) -> exp.Expr:
    """COUNTIF over an empty frame is 0; DuckDB's count_if is NULL."""
    if not isinstance(node, exp.CountIf):
        return node
    return typed_as(exp.Count(this=case_of((node.this, number(1)))), node)


def any_value(node: exp.Expr) -> exp.Expr:
    """ANY_VALUE may return any of several values: it is an error here unless all are the same."""
    if not isinstance(node, exp.AnyValue) or isinstance(node.parent, exp.Window):
        return node
    least, most = exp.Min(this=node.this.copy()), exp.Max(this=node.this.copy())
    count = exp.Count(this=node.this.copy())
    some_null = exp.And(
        this=exp.GT(this=count, expression=number(0)),
        expression=exp.LT(this=count.copy(), expression=exp.Count(this=exp.Star())),
    )
    several = exp.Or(this=exp.NEQ(this=least, expression=most), expression=exp.paren(some_null))
    failed = failure("ANY_VALUE: the group has several values", node.type or BIGINT)
    return typed_as(case_of((several, failed), default=least), node)


def bit_count(node: exp.Expr) -> exp.Expr:
    """BIT_COUNT is INT64; DuckDB's is TINYINT."""
    return cast_to(node, BIGINT) if isinstance(node, exp.BitwiseCount) else node


def rounded_integer(node: exp.Expr) -> exp.Expr:
    """ROUND, CEIL, FLOOR of INT64 are FLOAT64, otherwise of their argument's type, like SIGN."""
    if isinstance(node, exp.Round | exp.Ceil | exp.Floor) and is_a(node.this, *INTEGERS):
        node.set("this", cast_to(node.this, DOUBLE))
    if isinstance(node, exp.Round | exp.Ceil | exp.Floor) and is_a(node.this, *DECIMALS):
        # More digits than NUMERIC has are an error.
        return cast_to(node, NUMERIC)
    if isinstance(node, exp.Sign) and is_a(node.this, *INTEGERS, *FLOATS):
        return cast_to(node, BIGINT if is_a(node.this, *INTEGERS) else DOUBLE)
    if isinstance(node, exp.Sign) and is_a(node.this, *DECIMALS):
        return cast_to(node, NUMERIC)
    return node


def round_to_digits(node: exp.Expr) -> exp.Expr:
    """ROUND(0.285, 2) is 0.28, because the double is below the tie; DuckDB's product is on it.

    The sign of the product's error (Dekker 1971, by Veltkamp's split) says on which side of the tie
    the value is. It is exact while the factor has at most 26 bits: up to seven digits.
    """
    digits = node.args.get("decimals") if isinstance(node, exp.Round) else None
    if digits is None or not is_a(node.this, *FLOATS):
        return node
    factor = cast_to(number(10 ** int(digits.name)), DOUBLE)
    value = exp.paren(node.this.copy())
    product = exp.paren(exp.Mul(this=value, expression=factor))
    truncated = call("trunc", product)
    scaled = exp.Mul(this=value.copy(), expression=cast_to(number(2**27 + 1), DOUBLE))
    lower = exp.paren(exp.Sub(this=exp.paren(scaled), expression=value.copy()))
    high = exp.paren(exp.Sub(this=exp.paren(scaled.copy()), expression=lower))
    low = exp.paren(exp.Sub(this=value.copy(), expression=high))
    error = exp.Add(
        this=exp.paren(exp.Sub(this=exp.Mul(this=high, expression=factor), expression=product)),
        expression=exp.Mul(this=low, expression=factor.copy()),
    )
    tie = exp.EQ(
        this=call("abs", exp.Sub(this=product.copy(), expression=truncated)),
        expression=cast_to(exp.Literal.number("0.5"), DOUBLE),
    )
    inside = exp.NEQ(this=call("sign", error), expression=call("sign", product))
    not_on_it = exp.NEQ(this=call("sign", error), expression=number(0))
    below = exp.And(this=exp.And(this=tie, expression=inside), expression=not_on_it)
    towards_zero = exp.Div(this=truncated.copy(), expression=factor.copy(), typed=False, safe=False)
    return typed_as(case_of((below, towards_zero), default=node), node)


def extremum(node: exp.Expr) -> exp.Expr:
    """LEAST and GREATEST of a NULL are NULL; DuckDB's skip it.

    Nested calls, such as a clamp, are tested once, so that each argument is repeated only once.
    """
    if not isinstance(node, exp.Least | exp.Greatest) or node.args.get("ignore_nulls"):
        return node
    if isinstance(node.parent, exp.Least | exp.Greatest):
        return node
    tested = []
    for inner in node.walk(prune=lambda one: not isinstance(one, exp.Least | exp.Greatest)):
        if isinstance(inner, exp.Least | exp.Greatest):
            inner.set("ignore_nulls", True)
        elif not _is_number(inner):
            plain = inner if isinstance(inner, exp.Column) else exp.paren(inner.copy())
            tested.append(exp.Is(this=plain.copy(), expression=exp.null()))
    if not tested:
        return node
    return typed_as(case_of((exp.or_(*tested), exp.null()), default=node), node)


def _is_number(node: exp.Expr) -> bool:
    """Whether a node is a literal number, possibly with a sign or a type."""
    while isinstance(node, exp.Neg | exp.Cast | exp.Paren):
        node = node.this
    return isinstance(node, exp.Literal) and not node.is_string


def shift_right(node: exp.Expr) -> exp.Expr:
    """A negative INT64 is shifted without its sign; DuckDB keeps the sign.

    Shifting by a negative count is an error; DuckDB's result is 0.
    """
    if not isinstance(node, exp.BitwiseRightShift):
        return node
    bits, count = (side.copy() for side in (node.this, node.expression))
    negative = exp.LT(this=exp.paren(bits), expression=number(0))
    moved = exp.GT(this=exp.paren(count), expression=number(0))
    mask = exp.BitwiseRightShift(
        this=cast_to(number(2**63 - 1), BIGINT),
        expression=exp.paren(exp.Sub(this=exp.paren(count), expression=number(1))),
    )
    unsigned = exp.BitwiseAnd(this=exp.paren(node.copy()), expression=exp.paren(mask))
    both = exp.And(this=negative, expression=moved)
    backwards = exp.LT(this=exp.paren(count), expression=number(0))
    failed = failure(">>: the count is negative", BIGINT)
    return typed_as(case_of((backwards, failed), (both, unsigned), default=node), node)


NUMBER_RULES = (
    integer_literal, float_literal, lone_null, numeric_type, numeric_product, integer_cast,
    integer_sum, count_if, any_value, bit_count, rounded_integer, round_to_digits, shift_right,
    extremum,
)  # fmt: skip
