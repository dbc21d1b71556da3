"""Constructs that are refused because of their operands' types. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.dialect.mistyped_columns import unknown_type
from featurestore.dialect.mistyped_dates import DATE_CHECKS
from featurestore.dialect.mistyped_nested import mixed_field_names, nested_comparison
from featurestore.dialect.nodes import DECIMALS, FLOATS, INTEGERS, TEXTS, alternatives, is_a
from featurestore.dialect.refuse import Refusal, line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TYPE = exp.DataType.Type
# Types whose text differs: 1.0 is '1', NUMERIC drops zeros, fractions have 3 or 6 digits.
_UNPRINTABLE = (*FLOATS, *DECIMALS, _TYPE.TIMESTAMP, _TYPE.TIMESTAMPTZ, _TYPE.DATETIME)
_READABLE = (*TEXTS, _TYPE.BIGINT, _TYPE.DATE, _TYPE.DOUBLE)
# The decimal digits that a double holds exactly, and the decimals of NUMERIC.
_EXACT_DIGITS, _NUMERIC_SCALE = 15, 9
_NUMERIC_FIRST = "CAST(... AS FLOAT64) of the NUMERIC first"


def mistyped(tree: exp.Expr) -> Iterator[Refusal]:
    """Refusals of an annotated statement that depend on types, in reading order."""
    for node in tree.walk(bfs=False):
        for check in _CHECKS:
            refusal = check(node)
            if refusal:
                construct, instead = refusal
                yield Refusal(construct, line_of(node), instead)


def _division(node: exp.Expr) -> tuple[str, str] | None:
    """NUMERIC / a FLOAT64 literal is NUMERIC; in DuckDB DOUBLE. DIV and MOD differ, too."""
    if not isinstance(node, exp.Div | exp.SafeDivide | exp.IntDiv | exp.Mod):
        return None
    sides = (node.this, node.expression)
    if not any(is_a(side, *DECIMALS) for side in sides):
        return None
    if isinstance(node, exp.IntDiv | exp.Mod):
        return "DIV or MOD of NUMERIC", _NUMERIC_FIRST
    if any(is_a(side, *FLOATS) and _is_literal(side) for side in sides):
        return "NUMERIC beside a FLOAT64 literal", "the literal as NUMERIC '...'"
    return None


def _mixture(node: exp.Expr) -> tuple[str, str] | None:
    """With a FLOAT64 literal and a NUMERIC the literal is converted; in DuckDB the NUMERIC is."""
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        values = [node.this, node.expression]
    elif isinstance(node, exp.Array):
        values = node.expressions
    else:
        values = alternatives(node)
    literals = [v for v in values if _is_literal(v) and is_a(v, *FLOATS)]
    if literals and any(is_a(value, *DECIMALS) for value in values):
        return "NUMERIC beside a FLOAT64 literal", "the literal as NUMERIC '...', or " + (
            "CAST(... AS FLOAT64) of the NUMERIC"
        )
    return None


def _comparison(node: exp.Expr) -> tuple[str, str] | None:
    """GoogleSQL refuses to compare a BOOL or a STRING with a number; DuckDB casts."""
    if isinstance(node, exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE | exp.NullSafeEQ):
        values = [node.this, node.expression]
    elif isinstance(node, exp.Between):
        values = [node.this, node.args["low"], node.args["high"]]
    elif isinstance(node, exp.In):
        values = [node.this, *node.expressions]
    else:
        return None
    families = {_family(value) for value in values} - {""}
    # A literal text compared with values of one date or time type is read as that type.
    literal_dates = "STRING" in families and not families - {
        "STRING",
        "DATE",
        "DATETIME",
        "TIMESTAMP",
    }
    texts = [value for value in values if _family(value) == "STRING"]
    if len(families) < 2:
        return None
    if len(families) == 2 and literal_dates and all(isinstance(t, exp.Literal) for t in texts):
        return None
    return f"comparison of {' with '.join(sorted(families))}", "a CAST of one of them"


def _family(node: exp.Expr) -> str:
    """The group of types that compare with each other; empty if the type is unknown."""
    families = {
        "number": (*INTEGERS, *FLOATS, *DECIMALS),
        "STRING": TEXTS,
        "BOOL": (_TYPE.BOOLEAN,),
        "DATE": (_TYPE.DATE,),
        "DATETIME": (_TYPE.TIMESTAMP, _TYPE.DATETIME),
        "TIMESTAMP": (_TYPE.TIMESTAMPTZ,),
    }
    if isinstance(node, exp.Null):
        return ""
    return next((name for name, kinds in families.items() if is_a(node, *kinds)), "")


def _exact_literal(node: exp.Expr) -> tuple[str, str] | None:
    """A literal that becomes NUMERIC is read from its text; in DuckDB it is a double first."""
    if isinstance(node, exp.Cast) and node.to.this in DECIMALS:
        values = [node.this]
    elif isinstance(node, exp.Binary | exp.Between | exp.In):
        values = [part for part in node.iter_expressions() if isinstance(part, exp.Expr)]
        if not any(is_a(value, *DECIMALS) for value in values):
            return None
    else:
        return None
    for value in values:
        literal = value.this if isinstance(value, exp.Neg | exp.Paren) else value
        digits = literal.name.lower().partition("e")[0].replace(".", "").strip("0")
        if _is_literal(literal) and is_a(literal, *FLOATS) and len(digits) > _EXACT_DIGITS:
            return f"NUMERIC from a literal of {len(digits)} digits", "NUMERIC '...'"
    return None


def _numeric_text(node: exp.Expr) -> tuple[str, str] | None:
    """NUMERIC '0.1234567891' is an error in BigQuery; DuckDB rounds it."""
    if isinstance(node, exp.Cast) and node.to.this in DECIMALS and is_a(node.this, *TEXTS):
        fraction = node.this.name.lower().partition("e")[0].partition(".")[2]
        if isinstance(node.this, exp.Literal) and len(fraction) > _NUMERIC_SCALE:
            return "NUMERIC text of more than nine decimals", "ROUND(..., 9), or fewer decimals"
    return None


def _position(node: exp.Expr) -> tuple[str, str] | None:
    """LAG(x, -1) and NTH_VALUE(x, 0) are errors in BigQuery, whose arguments are constants."""
    if isinstance(node, exp.Lag | exp.Lead | exp.NthValue):
        offset = node.args.get("offset")
        least = 1 if isinstance(node, exp.NthValue) else 0
        if isinstance(offset, exp.Neg) or (
            isinstance(offset, exp.Literal) and offset.is_int and int(offset.name) < least
        ):
            return f"{node.key.upper()} with an offset below {least}", "the other function"
    return None


def _printing(node: exp.Expr) -> tuple[str, str] | None:
    """FLOAT64 and TIMESTAMP differ as text; so does NUMERIC, for which CAST has a rule."""
    if isinstance(node, exp.Cast) and node.to.this in TEXTS:
        if is_a(node.this, *DECIMALS):
            return None
        values = [node.this]
    elif isinstance(node, exp.Concat | exp.DPipe | exp.GroupConcat):
        values = [node.this, node.args.get("expression"), *node.expressions]
    else:
        return None
    if any(isinstance(v, exp.Expr) and is_a(v, *_UNPRINTABLE) for v in values):
        return "FLOAT64 or TIMESTAMP as STRING", (
            "CAST(CAST(ROUND(x * 1000) AS INT64) AS STRING), or DATE(...) of the TIMESTAMP"
        )
    return None


def _reading(node: exp.Expr) -> tuple[str, str] | None:
    """DuckDB accepts texts that BigQuery refuses; a literal is checked with the statement."""
    if not isinstance(node, exp.Cast | exp.Date | exp.Timestamp) or not is_a(node.this, *TEXTS):
        return None
    kind = node.to if isinstance(node, exp.Cast) else exp.DataType.build(node.key)
    if isinstance(node.this, exp.Literal) or kind.this in _READABLE:
        return None
    return (
        f"STRING as {kind.sql('bigquery', comments=False)}",
        "a column of that type, or a literal",
    )


def _percentile(node: exp.Expr) -> tuple[str, str] | None:
    if isinstance(node, exp.PercentileCont) and not is_a(node.this, *FLOATS, *INTEGERS):
        return "PERCENTILE_CONT of NUMERIC", _NUMERIC_FIRST
    return None


def _json_text(node: exp.Expr) -> tuple[str, str] | None:
    """From a STRING BigQuery returns a number as written; in JSON both engines rewrite it."""
    if isinstance(node, exp.JSONExtractScalar) and is_a(node.this, *TEXTS):
        return "JSON_VALUE of a STRING", "JSON_VALUE of a JSON column"
    return None


def _digits(node: exp.Expr) -> tuple[str, str] | None:
    """Rounding a double is exact for up to seven digits."""
    digits = node.args.get("decimals") if isinstance(node, exp.Round) else None
    if digits is None or is_a(node.this, *DECIMALS):
        return None
    if isinstance(digits, exp.Literal) and digits.name in "01234567":
        return None
    return "ROUND to so many digits", "0 to 7 digits, as a literal"


def _pattern(node: exp.Expr) -> tuple[str, str] | None:
    r"""A backslash escapes in a BigQuery pattern; in DuckDB it is a character.

    What REGEXP_EXTRACT returns depends on whether the pattern has a group.
    """
    if isinstance(node, exp.RegexpExtract) and not isinstance(
        node.expression, exp.Literal | exp.RawString
    ):
        return "REGEXP_EXTRACT with a computed pattern", "a literal pattern"
    if isinstance(node, exp.RegexpExtract) and _groups(node.expression.name) > 1:
        return "REGEXP_EXTRACT with several groups", "(?:...) for all but one"
    if isinstance(node, exp.Like) and not (
        isinstance(node.expression, exp.Literal) and "\\" not in node.expression.name
    ):
        return "LIKE with an escape or a computed pattern", "REGEXP_CONTAINS or STARTS_WITH"
    return None


def _groups(pattern: str) -> int:
    """The number of capturing groups in a pattern.

    They open with a parenthesis that is neither escaped, nor in a class, nor followed by a
    question mark, or with that of a named group.
    """
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "", pattern, flags=re.DOTALL)
    return len(re.findall(r"\((?!\?)|\(\?P?<", plain))


def _series(node: exp.Expr) -> tuple[str, str] | None:
    """DuckDB's series are of whole numbers only."""
    if isinstance(node, exp.GenerateSeries) and any(
        is_a(part, *FLOATS, *DECIMALS) for part in node.iter_expressions()
    ):
        return "GENERATE_ARRAY of FLOAT64 or NUMERIC", "INT64s, divided afterwards"
    return None


def _arms(node: exp.Expr) -> tuple[str, str] | None:
    """Arms with different types: sqlglot takes the first arm's types for the result's."""
    if not isinstance(node, exp.SetOperation):
        return None
    for first, other in zip(node.left.selects, node.right.selects, strict=False):
        if isinstance(other.unalias(), exp.Null) or first.type is None or other.type is None:
            continue
        if isinstance(first.unalias(), exp.Null) or first.type.this != other.type.this:
            return (
                f"column {first.alias_or_name} with several types in {node.key.upper()}",
                "a CAST in each arm whose type is another, and in a first arm that is NULL",
            )
    return None


def _is_literal(node: exp.Expr) -> bool:
    while isinstance(node, exp.Paren | exp.Neg):
        node = node.this
    return isinstance(node, exp.Literal)


_CHECKS: tuple[Callable[[exp.Expr], tuple[str, str] | None], ...] = (
    *DATE_CHECKS,
    unknown_type,
    nested_comparison,
    mixed_field_names,
    _series,
    _comparison, _division, _exact_literal, _mixture, _numeric_text, _position,
    _printing, _reading, _json_text, _digits, _pattern,
    _arms, _percentile,
)  # fmt: skip
