"""Splits a relation's DuckDB SQL into SELECTs whose rows remember where they come from. Pure.

Each CTE, subquery and arm of a UNION becomes a node: a table that has, beside its columns, the
numbers of the rows that it was made from. What a row of the result rests on is then found from the
end to the beginning, by :mod:`featurestore.verify.trace_back`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sync.duck.quoting import quote
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping

# Beside a node's own columns: the numbers of its rows. Those of its sources' rows are _from_0, and
# so on.
ID = Sql("_id")
_NOTHING = Sql("")
# Functions that number rows, and are made of none.
NUMBERING = ("RowNumber", "Rank", "DenseRank", "Ntile")


class NotTraceable(Exception):
    """A construct whose rows cannot be told apart; the message names it."""


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate or window function in a column's expression.

    Attributes:
        kind: The function's class in sqlglot, such as ``Sum``.
        columns: What its argument is made of: source and column.
        flag: The column that says whether a row counts: its argument is not NULL; empty: all rows.
        place: The column that says whether a row takes a place, though its argument is NULL; empty:
            no row does that.
        value: The argument itself, for MIN and MAX; else empty.
        window: Number of the partition and order; -1 for an aggregate.
        frame: First and last row, counted from the row itself; None has no end.
        is_range: The frame's ends are values of the order, not rows.
    """

    kind: str
    columns: frozenset[tuple[str, str]]
    flag: str = ""
    place: str = ""
    value: str = ""
    window: int = -1
    frame: tuple[int | None, int | None] = (None, None)
    is_range: bool = False

    @property
    def is_numbering(self) -> bool:
        """Whether it counts rows: then it is a place in an order as often as a number."""
        return self.kind in NUMBERING or self.kind == "Count"


@dataclass(frozen=True, slots=True)
class Output:
    """One column of a node.

    Attributes:
        arms: Source and column of what it is made of outside of its calls, for each branch of a
            CASE or COALESCE; one arm where it has none.
        arm: The column that says which branch a row took; empty with one arm.
        calls: Its aggregates and window functions.
    """

    arms: tuple[frozenset[tuple[str, str]], ...]
    arm: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(slots=True)
class Node:
    """One SELECT, or a UNION.

    Attributes:
        name: Its table: the relation's name, with the CTE's behind a dot.
        create_sql: A SELECT of the table's rows.
        members_sql: A SELECT of the rows behind its groups; empty without groups.
        ranked_sql: A SELECT of the rows before QUALIFY chooses; empty without it.
        sources: Alias to the node or warehouse table that is read; empty for an UNNEST.
        outputs: Column to what it is made of.
        presence: Aliases without whose row there is no row: FROM and INNER JOIN.
        keys: Source and column of what rows are joined, grouped or ordered by.
        partitions: For each window the number of PARTITION BY columns.
        group_keys: How many GROUP BY columns; -1 without groups.
        arms: The nodes of a UNION.
    """

    name: str
    create_sql: Sql = _NOTHING
    members_sql: Sql = _NOTHING
    ranked_sql: Sql = _NOTHING
    sources: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    presence: tuple[str, ...] = ()
    keys: set[tuple[str, str]] = field(default_factory=set)
    partitions: list[int] = field(default_factory=list)
    group_keys: int = -1
    arms: tuple[str, ...] = ()

    @property
    def table(self) -> Sql:
        """The table's name, quoted."""
        return quote(self.name)

    @property
    def members(self) -> Sql:
        """The name of the table of a grouped node's members, quoted."""
        return quote(f"{self.name} members")

    @property
    def ranked(self) -> Sql:
        """The name of the table of the rows before QUALIFY, quoted."""
        return quote(f"{self.name} ranked")

    @property
    def traced(self) -> tuple[str, ...]:
        """The sources whose rows are numbered; the first one's are in ``_from_0``, and so on."""
        return tuple(alias for alias, source in self.sources.items() if source)


@lru_cache(maxsize=256)
def nodes_of(relation: str, text: str, known: tuple[str, ...]) -> tuple[Node, ...]:
    """The nodes of one relation, each after those it reads; the relation itself last.

    Args:
        relation: Its name.
        text: Its SELECT in DuckDB's SQL, every column qualified, no ``*``.
        known: Relations and warehouse tables (``dataset.table``) that it may read.

    Raises:
        NotTraceable: the SQL has a construct that is not taken apart.
    """
    import sqlglot

    found: list[Node] = []
    _Builder(relation, known, found).query(sqlglot.parse_one(text, read="duckdb"), relation, {})
    return tuple(found)


class _Builder:
    def __init__(self, relation: str, known: tuple[str, ...], found: list[Node]) -> None:
        self._relation = relation
        self._known = known
        self._found = found

    def query(self, tree: Any, name: str, around: Mapping[str, str]) -> str:
        """Add the nodes of a query; returns its own node's name."""
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
        from featurestore.verify.trace_select import select_node

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
        """The node or table that a FROM or JOIN names; empty for generated rows."""
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
            raise NotTraceable(f"{self._relation}: {full} is not known")
        return full
