"""Which constructs are proven, and what to write instead of the others. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

# Functions with a rule and a golden case in tests/proof/golden. sqlglot gives some operators as
# functions (And, Or) and some functions as their canonical kind (IFNULL is Coalesce).
PROVEN: frozenset[type[exp.Expression]] = frozenset(
    {
        exp.Abs, exp.And, exp.Array, exp.ArrayAgg, exp.ArrayConcat, exp.ArraySize, exp.ArraySlice,
        exp.ArrayToString, exp.Avg, exp.Case, exp.Cast, exp.Ceil, exp.Coalesce, exp.Concat,
        exp.Count, exp.CountIf, exp.CurrentDate, exp.CurrentTimestamp, exp.DateAdd, exp.DateDiff,
        exp.DateSub, exp.DateTrunc, exp.DenseRank, exp.Exists, exp.Extract, exp.FirstValue,
        exp.Floor, exp.GenerateSeries, exp.Greatest, exp.If, exp.JSONExtractScalar, exp.Lag,
        exp.LastValue, exp.Lead, exp.Least, exp.Length, exp.Lower, exp.LowerHex, exp.Max, exp.Min,
        exp.Mod, exp.Nullif, exp.Or, exp.Rank, exp.RegexpLike, exp.Round, exp.RowNumber,
        exp.SafeDivide, exp.SHA2Digest, exp.Sign, exp.Split, exp.Sqrt, exp.Stddev,
        exp.StddevSamp, exp.Struct, exp.Substring, exp.Sum, exp.Unnest, exp.UnixDate, exp.Upper,
        exp.Xor,
    }
)  # fmt: skip

_INSTEAD: dict[type[exp.Expression], str] = {
    exp.TryCast: "CAST, after testing the text with REGEXP_CONTAINS",
    exp.Format: "CONCAT and CAST(... AS STRING)",
    exp.ApproxDistinct: "COUNT(DISTINCT ...)",
    exp.ApproxQuantile: "an exact function",
    exp.TimestampDiff: "DATE_DIFF over DATE columns",
    exp.GroupConcat: "ARRAY_TO_STRING(ARRAY_AGG(...), ',')",
    exp.TimestampTrunc: "DATE_TRUNC over a DATE",
    exp.AnyValue: "MIN or MAX, which have one answer",
}
_EXTRACTED = frozenset({"YEAR", "MONTH", "DAY", "QUARTER", "DAYOFWEEK", "DAYOFYEAR"})
_TRUNCATED = frozenset({"MONTH", "QUARTER", "YEAR"})

# https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords
_RESERVED_WORDS = """
    ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE
    CROSS CUBE CURRENT DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS
    EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN
    INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT
    NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT
    RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST
    USING WHEN WHERE WINDOW WITH WITHIN
"""
RESERVED = frozenset(_RESERVED_WORDS.split())


@dataclass(frozen=True, slots=True)
class Refusal:
    """A construct that is not proven to mean the same in both engines.

    Attributes:
        construct: Its GoogleSQL name.
        line: Line within the statement, from 1; 0 where the parser keeps none.
        instead: What to write; may be empty.
    """

    construct: str
    line: int
    instead: str


def parse(googlesql: str, origin: str) -> exp.Expression:
    """The one statement of a text.

    Raises:
        BadInput: it does not parse, or holds none or several statements.
    """
    try:
        statements = [s for s in sqlglot.parse(googlesql, read="bigquery") if s is not None]
    except SqlglotError as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"{origin}: does not parse: {first}", origin=origin) from error
    if len(statements) != 1:
        raise BadInput(f"{origin}: {len(statements)} statements, one is wanted", origin=origin)
    return statements[0]


def check(googlesql: str, origin: str = "query") -> list[Refusal]:
    """All constructs of a statement that have no proven rule, in reading order."""
    return list(unproven(parse(googlesql, origin)))


def unproven(tree: exp.Expression) -> Iterator[Refusal]:
    """The constructs of a parsed statement that have no proven rule."""
    for node in tree.walk():
        yield from _judge(node)


def _judge(node: exp.Expression) -> Iterator[Refusal]:
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        yield Refusal(f"{node.name.upper()}()", _line(node), "")
    elif isinstance(node, exp.Func) and type(node) not in PROVEN:
        yield Refusal(f"{node.sql_name()}()", _line(node), _INSTEAD.get(type(node), ""))
    elif isinstance(node, exp.Extract) and node.name.upper() not in _EXTRACTED:
        yield Refusal(f"EXTRACT({node.name.upper()})", _line(node), "EXTRACT of YEAR, MONTH or DAY")
    elif isinstance(node, exp.DateTrunc) and node.text("unit").upper() not in _TRUNCATED:
        yield Refusal("DATE_TRUNC to a week", _line(node), "DATE_TRUNC to MONTH, QUARTER or YEAR")
    elif isinstance(node, exp.DataType) and node.this == exp.DataType.Type.BIGDECIMAL:
        yield Refusal("BIGNUMERIC", _line(node), "NUMERIC or FLOAT64")
    elif isinstance(node, exp.Unnest) and node.args.get("offset") and _used(node):
        yield Refusal("UNNEST WITH OFFSET", _line(node), "GENERATE_ARRAY and OFFSET")
    elif isinstance(node, exp.Alias | exp.TableAlias | exp.CTE):
        yield from _reserved(node)


def _used(unnest: exp.Expression) -> bool:
    """Whether the offset counts for more than an order, where 0 or 1 as its start is the same."""
    offset = unnest.args["offset"]
    name = offset.name if isinstance(offset, exp.Expression) else "offset"
    select = unnest.find_ancestor(exp.Select)
    columns = select.find_all(exp.Column) if select else ()
    return any(column.name == name and not column.find_ancestor(exp.Ordered) for column in columns)


def _reserved(node: exp.Expression) -> Iterator[Refusal]:
    alias = node.this if isinstance(node, exp.TableAlias) else node.args.get("alias")
    if isinstance(alias, exp.Identifier) and not alias.quoted and alias.name.upper() in RESERVED:
        yield Refusal(
            f"alias {alias.name}", _line(alias), f"another name: {alias.name.upper()} is reserved"
        )


def _line(node: exp.Expression) -> int:
    for found in node.walk():
        if "line" in found.meta:
            return int(found.meta["line"])
    return 0
