"""GoogleSQL's reserved words, which sqlglot and DuckDB accept as names. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator

# https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords
_WORDS = """
    ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE
    CROSS CUBE CURRENT DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS
    EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN
    INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT
    NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT
    RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST
    USING WHEN WHERE WINDOW WITH WITHIN
"""
RESERVED = frozenset(_WORDS.split())


def reserved_names(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """Unquoted names in a parsed statement that are keywords in GoogleSQL, with their nodes.

    After a dot a keyword is a name, as in ``t.rows``.
    """
    for name in tree.find_all(exp.Identifier, bfs=False):
        if not name.quoted and name.name.upper() in RESERVED and not _after_dot(name):
            yield name.name, name


def _after_dot(name: exp.Expr) -> bool:
    parent, key = name.parent, name.arg_key or ""
    if isinstance(parent, exp.Column):
        return key != "catalog" and any(parent.args.get(k) for k in _QUALIFIERS[key])
    if isinstance(parent, exp.Table):
        return key in _QUALIFIERS and any(parent.args.get(k) for k in _QUALIFIERS[key])
    return isinstance(parent, exp.Dot) and key == "expression"


_QUALIFIERS = {
    "this": ("table", "db", "catalog"),
    "table": ("db", "catalog"),
    "db": ("catalog",),
    "catalog": (),
}
