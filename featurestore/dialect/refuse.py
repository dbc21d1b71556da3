"""Which constructs are refused, and what to write instead. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from featurestore.dialect.constructs import constructs_of
from featurestore.dialect.precedence import mixed_bits
from featurestore.dialect.proven import PROVEN
from featurestore.dialect.reserved import reserved_names
from featurestore.parsing import parse_statements
from featurestore.statement_size import deep_recursion
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot import exp

_MOST_SEARCHED = 200
_DATE_PARTS = "EXTRACT of YEAR, QUARTER, MONTH, DAY, DAYOFWEEK or DAYOFYEAR"
# The advice for a construct is that of the longest prefix of its name.
_INSTEAD = {
    "@@": "the value itself, or a parameter",
    "@parameter": "a parameter whose name is letters, digits and _",
    "APPROX_COUNT_DISTINCT": "COUNT(DISTINCT ...)",
    "APPROX_": "an exact function",
    "APPROX_QUANTILES": "PERCENTILE_CONT(x, 0.5) OVER (PARTITION BY ...), which is exact",
    "BYTES literal": "a STRING",
    "CAST AS BIGNUMERIC": "NUMERIC or FLOAT64",
    "CAST AS ARRAY": "ARRAY(SELECT CAST(x AS ...) FROM UNNEST(...) AS x ...)",
    "CAST FORMAT": "EXTRACT and CAST",
    "COUNT(DISTINCT)": "COUNT(*) over a SELECT DISTINCT of them",
    "DATE_DIFF/WEEK": "WEEK, WEEK(MONDAY) or ISOWEEK",
    "DATE_TRUNC/DAY": "the DATE itself",
    "EXTRACT/": _DATE_PARTS,
    "EXTRACT/DATE": "DATE(...)",
    "FOR SYSTEM_TIME": "a separate table",
    "FORMAT/": "CONCAT and CAST(... AS STRING)",
    "FORMAT_TIMESTAMP": "FORMAT_TIMESTAMP of two arguments, in UTC",
    "RAND": "a hash of the key, such as TO_HEX(SHA256(...)), which is the same in every run",
    "FULL JOIN USING": "FULL JOIN ... ON and COALESCE",
    "GROUP BY ALL": "the columns",
    "IEEE_DIVIDE": "SAFE_DIVIDE",
    "INTERVAL": "DATE_ADD or DATE_SUB",
    "JSON_EXTRACT": "JSON_VALUE",
    "JSON_QUERY": "JSON_VALUE of each field",
    "NATURAL": "JOIN ... ON",
    "ROLLUP": "a GROUP BY for each level, with UNION ALL",
    "SAFE.": "SAFE_CAST, SAFE_DIVIDE or a CASE that leaves the bad values out",
    "SAFE_CAST": "CAST, in a CASE that leaves the bad values out",
    "SELECT AS STRUCT": "STRUCT(...)",
    "TIMESTAMP_TRUNC": "TIMESTAMP_TRUNC to YEAR, MONTH, WEEK, DAY, HOUR or MINUTE",
    "UNION ALL BY_NAME": "the columns of both arms in one order",
    "USING": "JOIN ... ON",
    "WITH RECURSIVE": "GENERATE_ARRAY or GENERATE_DATE_ARRAY",
    "tuple": "a list of tuples of literals, or a condition for each part, with AND",
    "[]": "[SAFE_OFFSET(...)]",
    "type BIGNUMERIC": "NUMERIC or FLOAT64",
}


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


def parse(googlesql: str, origin: str) -> exp.Expr:
    """The one statement of a text.

    Raises:
        BadInput: it does not parse, or is not exactly one statement.
        Refused: it is too long or nested too deeply, or in pipe syntax, which is not visible in the
            parser's tree.
    """
    try:
        odd = "|>" in googlesql or "::" in googlesql
        tokens = BigQuery().tokenize(googlesql) if odd else []
        statements = parse_statements(googlesql)
    except SqlglotError as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"{origin}: does not parse: {first}", origin=origin) from error
    casts = [token.line for token in tokens if token.token_type == TokenType.DCOLON]
    if casts:
        raise Refused(
            f"{origin}:{casts[0]}: :: is not GoogleSQL",
            hint="write CAST(... AS ...)",
            construct="::",
            origin=origin,
            line=casts[0],
        )
    if any(token.text == "|>" for token in tokens):
        raise Refused(
            f"{origin}: pipe syntax |> is not proven to return the same rows in DuckDB",
            hint="write SELECT ... FROM ...",
            construct="pipe syntax |>",
            origin=origin,
        )
    if len(statements) != 1:
        raise BadInput(f"{origin}: expected one statement, got {len(statements)}", origin=origin)
    return statements[0]


def check(googlesql: str, origin: str = "query") -> list[Refusal]:
    """All constructs of a statement that have no golden case, in reading order.

    Only :func:`~featurestore.dialect.translate` finds those that depend on the types of columns.
    """
    with deep_recursion():
        return list(unproven(parse(googlesql, origin)))


@lru_cache(maxsize=4)
def constructs(googlesql: str) -> frozenset[str]:
    """Names of the constructs that a statement uses; proven ones are keys of ``PROVEN``."""
    with deep_recursion():
        return frozenset(name for name, _ in constructs_of(parse(googlesql, "query")))


def unproven(tree: exp.Expr) -> Iterator[Refusal]:
    """The constructs of a parsed statement that have no golden case, in reading order."""
    for name, node in constructs_of(tree):
        if name not in PROVEN:
            yield Refusal(name, line_of(node), _instead(name))
    for node in mixed_bits(tree):
        yield Refusal("bit operators without parentheses", line_of(node), "the parentheses")
    for name, node in reserved_names(tree):
        yield Refusal(
            f"reserved word {name.upper()} as a name", line_of(node), f"another name, or `{name}`"
        )


def _instead(name: str) -> str:
    known = [prefix for prefix in _INSTEAD if name.startswith(prefix)]
    return _INSTEAD[max(known, key=len)] if known else ""


def line_of(node: exp.Expr) -> int:
    """The line of a node, of a node inside it, or of the one that contains it; 0 if unknown."""
    # Literals have no line: without a limit, each one of a long list would search the whole list.
    for inner in islice(node.walk(), _MOST_SEARCHED):
        if "line" in inner.meta:
            return int(inner.meta["line"])
    return line_of(node.parent) if node.parent is not None else 0
