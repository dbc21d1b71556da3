"""Splits a relation's DuckDB SQL into SELECTs whose rows record their source rows. Pure.

Each CTE, subquery and arm of a UNION becomes a node: a table that has, in addition to its columns,
the numbers of its source rows. A row of the result is then traced from the last node to the first,
by :mod:`featurestore.verify.trace_back`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from featurestore.verify.trace_model import ID, Node, NotTraceable, Output
from featurestore.verify.trace_select import select_node
from sync.duck.quoting import quote
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping


@lru_cache(maxsize=256)
def nodes_of(relation: str, text: str, known: tuple[str, ...]) -> tuple[Node, ...]:
    """The nodes of one relation, each after those it reads; the relation itself last.

    Args:
        relation: Its name.
        text: Its SELECT in DuckDB's SQL, every column qualified, no ``*``.
        known: Relations and warehouse tables (``dataset.table``) that it may read.

    Raises:
        NotTraceable: the SQL has a construct that cannot be traced.
    """
    import sqlglot

    nodes: list[Node] = []
    _Builder(relation, known, nodes).query(sqlglot.parse_one(text, read="duckdb"), relation, {})
    return tuple(nodes)


class _Builder:
    def __init__(self, relation: str, known: tuple[str, ...], nodes: list[Node]) -> None:
        self._relation = relation
        self._known = known
        self._found = nodes

    def query(self, tree: Any, name: str, around: Mapping[str, str]) -> str:
        """Add the nodes of a query; returns the name of its last one."""
        from sqlglot import exp

        env = dict(around)
        for cte in tree.ctes:
            env[cte.alias] = self.query(cte.this, f"{name}.{cte.alias}", env)
        if isinstance(tree, exp.Subquery):
            return self.query(tree.this, name, env)
        if isinstance(tree, exp.SetOperation):
            return self._union(tree, name, env)
        if not isinstance(tree, exp.Select):
            raise NotTraceable(f"{self._relation}: {tree.key}")
        self._found.append(
            select_node(tree, name, lambda one, alias: self._source(one, alias, name, env))
        )
        return name

    def _union(self, tree: Any, name: str, env: Mapping[str, str]) -> str:
        from sqlglot import exp

        if not isinstance(tree, exp.Union) or tree.args.get("distinct"):
            raise NotTraceable(f"{self._relation}: {tree.key} without ALL")
        arms: list[str] = []
        waiting = [tree.this, tree.expression]
        while waiting:
            arm = waiting.pop(0)
            if isinstance(arm, exp.Union) and not arm.ctes and not arm.args.get("distinct"):
                waiting[:0] = [arm.this, arm.expression]
            else:
                arms.append(self.query(arm, f"{name}.{len(arms) + 1}", env))
        by_name = {node.name: node for node in self._found}
        columns = [list(by_name[arm].outputs) for arm in arms]
        parts = [
            sql(
                "SELECT {number} AS _arm, {id} AS _from_0, {columns} FROM {arm}",
                number=Sql(number),
                id=ID,
                columns=join(
                    ", ",
                    (
                        sql("{} AS {}", quote(own), quote(first))
                        for own, first in zip(columns[number], columns[0], strict=True)
                    ),
                ),
                arm=quote(arm),
            )
            for number, arm in enumerate(arms)
        ]
        node = Node(name, arms=tuple(arms))
        node.create_sql = sql(
            "SELECT row_number() OVER () AS {}, * FROM ({})", ID, join(" UNION ALL ", parts)
        )
        for place, column in enumerate(columns[0]):
            node.outputs[column] = Output(
                tuple(
                    frozenset({(arm, own[place])}) for arm, own in zip(arms, columns, strict=True)
                ),
            )
        self._found.append(node)
        return name

    def _source(self, source: Any, alias: str, name: str, env: Mapping[str, str]) -> str:
        """The node or table in a FROM or JOIN; empty for generated rows."""
        from sqlglot import exp

        if isinstance(source, exp.Subquery):
            return self.query(source.this, f"{name}.{alias}", env)
        if isinstance(source, exp.Unnest | exp.Lateral):
            return ""
        if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
            raise NotTraceable(f"{self._relation}: FROM {source.key}")
        if not source.db and source.name in env:
            return env[source.name]
        full = f"{source.db}.{source.name}" if source.db else source.name
        if full not in self._known:
            raise NotTraceable(f"{self._relation}: {full} is unknown")
        return full
