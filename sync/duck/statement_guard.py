"""Checks how DuckDB parses a SQL text before it runs: one SELECT over known tables.

Two parsers may read a text differently: a quote that only one of them closes turns data into
statements. So the decision is made on the parse of DuckDB itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb

from sync.duck.quoting import quote
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# Functions in FROM that compute rows from their arguments alone.
_TABLE_FUNCTIONS = frozenset({"generate_series", "range", "unnest"})
_SOURCES = frozenset({"BASE_TABLE", "EMPTY", "JOIN", "SUBQUERY", "TABLE_FUNCTION"})


def require_select(
    con: duckdb.DuckDBPyConnection, sql: str, tables: Collection[str]
) -> duckdb.Statement:
    """The parsed statement of a text that is one SELECT over the tables, ready to execute.

    Args:
        con: Parses the text; nothing is run.
        sql: DuckDB's SQL.
        tables: Names it may read, lower case: ``schema.table``, or bare.

    Raises:
        BadInput: DuckDB cannot parse it.
        Refused: DuckDB parses it as several statements, as another one, or as one that reads other
            tables.
    """
    try:
        statements = con.extract_statements(sql)
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"statement: does not parse in DuckDB: {first}", sql=sql) from error
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        raise _refused(f"DuckDB reads {' and '.join(kinds) or 'nothing'}, not one SELECT", sql)
    for kind, name in sources_read(con, sql):
        if kind not in _SOURCES:
            raise _refused(f"DuckDB reads {kind} in FROM", sql)
        if kind == "TABLE_FUNCTION" and name not in _TABLE_FUNCTIONS:
            raise _refused(f"DuckDB reads the function {name} in FROM", sql)
        if kind == "BASE_TABLE" and name not in tables:
            raise _refused(f"DuckDB reads table {name}, which the statement does not name", sql)
    return statements[0]


def sources_read(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[str, str]]:
    """The sources in the FROM clauses of a SELECT: DuckDB's kind of source, and its name.

    Names are lower case, a table's with all its parts. CTEs are left out where they are in scope.
    """
    ((text,),) = con.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    parsed = json.loads(text)
    if parsed.get("error", True):
        # DuckDB can only serialize a SELECT.
        raise _refused(f"DuckDB cannot show how it reads it: {parsed.get('error_message')}", sql)
    return list(_sources(parsed["statements"], frozenset()))


def _sources(part: Any, ctes: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The sources below a part of DuckDB's tree; ``ctes`` are in scope there."""
    # A list instead of recursion: the tree is as deep as its expressions.
    waiting = [(part, ctes)]
    while waiting:
        node, seen = waiting.pop()
        if isinstance(node, list):
            waiting += [(item, seen) for item in node]
        elif isinstance(node, dict):
            if "sample" in node and "alias" in node:
                yield from _source(node, seen)
            for entry in (node.get("cte_map") or {}).get("map", ()):
                name = {str(entry["key"]).lower()}
                query = entry["value"]["query_node"]
                # A CTE sees those before it, and itself only if it is recursive.
                recursive = query["type"] == "RECURSIVE_CTE_NODE"
                waiting.append((entry["value"], seen | name if recursive else seen))
                seen |= name
            waiting += [(value, seen) for key, value in node.items() if key != "cte_map"]


def _source(node: dict[str, Any], ctes: frozenset[str]) -> Iterator[tuple[str, str]]:
    kind = str(node["type"])
    named = node["function"] if kind == "TABLE_FUNCTION" else node
    steps = [str(step).lower() for step in named.get("qualified_name", {}).get("path", ())]
    steps = [quote(step) if "." in step else step for step in steps if step]
    if kind != "BASE_TABLE" or len(steps) != 1 or steps[0] not in ctes:
        yield kind, ".".join(steps)


def _refused(what: str, sql: str) -> Refused:
    return Refused(
        f"statement: {what}",
        hint="report this with the statement; until then, avoid unusual names and quotes",
        sql=sql,
    )
