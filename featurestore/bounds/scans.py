"""Finds every scan of a partitioned table in a statement, and what bounds it. Pure.

A query is walked from the outside in. A filter on a CTE or subquery is passed down to the scans
below, as far as BigQuery pushes it: through plain columns (renamed or not), GROUP BY keys,
DISTINCT and UNION arms; never through a window, LIMIT, another aggregate or an expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.bounds.frame import Frame
from featurestore.bounds.predicates import UNBOUNDED, Bounds, Sides
from featurestore.bounds.projection import passed_inward
from featurestore.bounds.relations import cte_named, table_key, with_ctes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from featurestore.bounds.relations import Catalog, Scope


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan of a partitioned table.

    Attributes:
        node: Where the statement names the table, or the view that reads it.
        table: ``dataset.table``.
        column: The partition column.
        alias: The name that a predicate would use for the table.
        cte: The CTE that the scan is in, or empty.
        view: The view that it is in, or empty.
        sides: How the partition column is bounded.
        near: A predicate on the column that does not bound it, as SQL, or empty.
    """

    node: exp.Expr
    table: str
    column: str
    alias: str
    cte: str
    view: str
    sides: Sides
    near: str = ""


class Walk:
    """Collects the scans of one script, whose statements are passed in order.

    Views and variables that a statement declares are visible to the statements after it.

    Attributes:
        tables: Each table that was read, partitioned or not, by ``dataset.table``.
    """

    def __init__(self, catalog: Catalog, start_parameter: str) -> None:
        self.catalog, self.start_parameter = catalog, start_parameter
        self.variables: frozenset[str] = frozenset()
        self.tables: set[str] = set()
        self._scans: dict[tuple[int, int], Scan] = {}
        # Queries that were walked with the same bounds; CTEs that are read; queries being walked;
        # the views that lead to the present query, outermost first.
        self._seen: set[tuple[int, int, frozenset[object]]] = set()
        self._read: set[int] = set()
        self._open: list[int] = []
        self._via: list[exp.Table] = []

    def scans(self) -> list[Scan]:
        """All scans; one in a CTE that is read several times has the bounds common to all."""
        return list(self._scans.values())

    def frame(self, scope: Scope) -> Frame:
        """An empty FROM clause that can read the CTEs of ``scope``."""
        return Frame(
            self.catalog, scope, variables=self.variables, start_parameter=self.start_parameter
        )

    def query(self, node: exp.Expr, scope: Scope, cte: str, needed: Bounds[str]) -> None:
        """Walk a query; only its rows within the bounds ``needed`` are used."""
        via = id(self._via[0]) if self._via else 0
        state = (id(node), via, frozenset({*needed.sides.items(), ("", needed.empty)}))
        # The second case is a recursive CTE that reads itself.
        if state in self._seen or id(node) in self._open:
            return
        self._seen.add(state)
        self._open.append(id(node))
        inner = with_ctes(node, scope)
        # LIMIT is applied before the outer filter, so the filter cannot prune.
        if node.args.get("limit") is not None or node.args.get("offset") is not None:
            needed = Bounds()
        if isinstance(node, exp.SetOperation):
            self._set_operation(node, inner, cte, needed)
        elif isinstance(node, exp.Select):
            self._select(node, inner, cte, needed)
        elif isinstance(node, exp.Subquery):
            self.query(node.this, inner, cte, Bounds() if node.args.get("pivots") else needed)
        else:
            self.nested(node, inner, cte)
        self._open.pop()
        self._unread_ctes(node, inner)

    def nested(self, node: exp.Expr, scope: Scope, cte: str) -> None:
        """Walk the queries inside expressions, which no outer filter bounds."""
        for query in _outermost_queries(node):
            self.query(query, scope, cte, Bounds())

    def sources(self, frame: Frame, scope: Scope, cte: str, after: list[Bounds[str]]) -> None:
        """Walk the sources of a FROM clause, each with its bounds."""
        for place, (source, bounds) in enumerate(zip(frame.sources, after, strict=True)):
            node = source.node
            if node.args.get("pivots"):
                bounds = Bounds()
            if isinstance(node, exp.Table):
                self._table(node, scope, cte, bounds, frame, place)
            elif isinstance(node, exp.Subquery):
                self.query(node, scope, cte, bounds)
            else:
                self.nested(node, scope, cte)

    def _table(
        self,
        node: exp.Table,
        scope: Scope,
        cte: str,
        bounds: Bounds[str],
        frame: Frame,
        place: int,
    ) -> None:
        self.nested(node, scope, cte)
        relation = cte_named(node, scope)
        view = self.catalog.view(node)
        if relation is not None:
            self._read.add(id(relation.query))
            if relation.recursive:
                bounds = Bounds()
            elif relation.columns:
                inner = self.catalog.columns_of_query(relation.query, relation.scope)
                bounds = _renamed(bounds, relation.columns, inner.names, inner.open_at)
            self.query(relation.query, dict(relation.scope), relation.name, bounds)
        elif view is not None:
            self._via.append(node)
            self.query(view, {}, cte, bounds)
            self._via.pop()
        else:
            if isinstance(node.this, exp.Identifier):
                self.tables.add(table_key(node))
            column = self.catalog.partition_column(node)
            if column is not None:
                near = frame.near_miss(place, column)
                self.note(node, column, cte, bounds.of(column), near)

    def note(self, node: exp.Table, column: str, cte: str, sides: Sides, near: str = "") -> None:
        """Add a scan; if it was added before, only bounds that both have are kept."""
        at = self._via[0] if self._via else node
        key = (id(at), id(node))
        view = table_key(at) if self._via else ""
        alias = (at if self._via else node).alias_or_name
        scan = Scan(at, table_key(node), column, alias, cte, view, sides, near)
        if key in self._scans:
            scan = _common(self._scans[key], scan)
        self._scans[key] = scan

    def _select(self, node: exp.Select, scope: Scope, cte: str, needed: Bounds[str]) -> None:
        frame = self.frame(scope)
        clause = node.args.get("from_")
        if clause is not None:
            frame.add(clause.this, node.args.get("joins") or [])
        frame.where(node.args.get("where"))
        self.sources(frame, scope, cte, frame.bounds(passed_inward(node, frame, needed)))
        for name, value in node.args.items():
            if name not in {"from_", "joins", "with_", "where"}:
                for item in value if isinstance(value, list) else [value]:
                    if isinstance(item, exp.Expr):
                        self.nested(item, scope, cte)
        for clause in frame.filters:
            self.nested(clause.predicate, scope, cte)

    def _set_operation(
        self, node: exp.SetOperation, scope: Scope, cte: str, needed: Bounds[str]
    ) -> None:
        self.query(node.this, scope, cte, needed if isinstance(node, exp.Union) else Bounds())
        right: Bounds[str] = Bounds()
        if isinstance(node, exp.Union):
            right = needed
            # Columns of UNION are matched by position and named by its first arm.
            if not node.args.get("by_name"):
                left_columns = self.catalog.columns_of_query(node.this, scope)
                columns = self.catalog.columns_of_query(node.expression, scope)
                if left_columns.open_at is None or left_columns.open_at != columns.open_at:
                    names = left_columns.names[: left_columns.open_at]
                    right = _renamed(needed, names, columns.names, columns.open_at)
        self.query(node.expression, scope, cte, right)

    def _unread_ctes(self, node: exp.Expr, scope: Scope) -> None:
        """Walk the CTEs that are not read, without outer bounds: the next edit may read them."""
        clause = node.args.get("with_")
        for cte in reversed(clause.expressions if clause is not None else []):
            relation = scope[cte.alias.lower()]
            if id(relation.query) not in self._read:
                self.query(relation.query, dict(relation.scope), relation.name, Bounds())


def _outermost_queries(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.Query) and not isinstance(node, exp.Table):
        yield node
        return
    for child in node.iter_expressions():
        yield from _outermost_queries(child)


def _renamed(
    bounds: Bounds[str], outer: tuple[str, ...], inner: tuple[str, ...], open_at: int | None
) -> Bounds[str]:
    """Bounds on the names ``outer``, moved to the columns at the same positions of ``inner``."""
    certain = inner if open_at is None else inner[:open_at]
    sides = {
        name: bounds.sides[given]
        for given, name in zip(outer, certain, strict=False)
        if given in bounds.sides
    }
    return Bounds(sides, bounds.empty)


def _common(first: Scan, second: Scan) -> Scan:
    sides = first.sides.or_(second.sides)
    worse = second if second.sides == UNBOUNDED else first
    return Scan(
        worse.node,
        worse.table,
        worse.column,
        worse.alias,
        worse.cte,
        worse.view,
        sides,
        first.near or second.near,
    )
