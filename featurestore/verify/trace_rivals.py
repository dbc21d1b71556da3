"""Rows that keep another row from counting: QUALIFY keeps one of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.verify.trace_model import ID
from sync.duck.quoting import quote
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from featurestore.verify.trace_model import Node


def rivals(
    con: duckdb.DuckDBPyConnection, nodes: Sequence[Node], tables: Iterable[str]
) -> dict[str, list[tuple[int, int]]]:
    """Warehouse table to pairs of row numbers: one that was kept, and one that was not.

    Args:
        con: Has the nodes' tables.
        nodes: Each after those that it reads.
        tables: The warehouse's tables.
    """
    by_name = {node.name: node for node in nodes}
    tables = tuple(tables)
    pairs_of: dict[str, list[tuple[int, int]]] = {}
    for node in nodes:
        if not node.ranked_sql or not node.presence:
            continue
        same = [
            sql("k.{name} IS NOT DISTINCT FROM r.{name}", name=quote(f"_p0_{place}"))
            for place in range(node.partitions[0])
        ]
        first = node.traced.index(node.presence[0])
        pairs = sql(
            "SELECT k.{source} AS kept, r.{source} AS other FROM {ranked} AS k JOIN {ranked} AS r"
            " ON {same} WHERE k._kept AND NOT r._kept",
            source=quote(f"_from_{first}"),
            ranked=node.ranked,
            same=join(" AND ", same) if same else Sql("TRUE"),
        )
        name = node.sources[node.presence[0]]
        while name not in tables:
            below = by_name[name]
            if below.arms or below.group_keys >= 0 or not below.presence:
                break
            # Follow each row to the row of its source.
            pairs = sql(
                "SELECT a.{source} AS kept, b.{source} AS other FROM ({pairs}) AS pairs"
                " JOIN {table} AS a ON a.{id} = pairs.kept JOIN {table} AS b"
                " ON b.{id} = pairs.other",
                source=quote(f"_from_{below.traced.index(below.presence[0])}"),
                pairs=pairs,
                table=below.table,
                id=ID,
            )
            name = below.sources[below.presence[0]]
        else:
            pairs_of.setdefault(name, []).extend(con.execute(pairs).fetchall())
    return pairs_of
