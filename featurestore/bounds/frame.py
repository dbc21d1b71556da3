"""The sources of one FROM clause, and which predicates surely apply to which of them. Pure.

Outer joins decide: a predicate in ON filters a side only if that side's rows are dropped when it
fails. A predicate that runs after an outer join filters the side that may be NULL-extended only if
it rejects NULL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.bounds.constant import is_constant
from featurestore.bounds.predicates import Bounds, Reader
from featurestore.bounds.relations import Columns, source_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.bounds.predicates import Key
    from featurestore.bounds.relations import Catalog, Relation


@dataclass(frozen=True, slots=True)
class Source:
    """A table, subquery or UNNEST in FROM."""

    name: str
    node: exp.Expr
    columns: Columns


@dataclass(frozen=True, slots=True)
class Filter:
    """A predicate, the sources whose rows it drops, and those that may be NULL-extended by then."""

    predicate: exp.Expr
    drops: frozenset[int]
    nullable: frozenset[int]


class Frame:
    """FROM, JOIN and WHERE of one SELECT, or target and sources of one DML statement."""

    def __init__(
        self,
        catalog: Catalog,
        scope: Mapping[str, Relation],
        *,
        variables: frozenset[str],
        start_parameter: str,
    ) -> None:
        self.sources: list[Source] = []
        self.filters: list[Filter] = []
        self._nullable: frozenset[int] = frozenset()
        self._using: dict[str, int | None] = {}
        self._catalog, self._scope, self._variables = catalog, scope, variables
        self.reader = Reader(self.resolve, self._is_constant, start_parameter)

    def add(self, node: exp.Expr, joins: list[exp.Join]) -> None:
        """Add a source (or a parenthesised join) and what is joined to it, crosswise to the rest."""
        self._nullable |= self._add(node, joins)

    def where(self, predicate: exp.Expr | None) -> None:
        """Add a predicate that runs after all joins."""
        if predicate is not None:
            every = frozenset(range(len(self.sources)))
            self.filters.append(Filter(predicate, every, self._nullable))

    def bounds(self, after: Bounds[Key]) -> Bounds[Key]:
        """All that is implied by the filters, and by bounds that hold after the joins."""
        found = self._dropping(after, frozenset(range(len(self.sources))), self._nullable)
        for item in self.filters:
            implied = self.reader.implied(item.predicate)
            found = found.and_(self._dropping(implied, item.drops, item.nullable))
        return found

    def resolve(self, column: exp.Column) -> Key | None:
        """The source's place and the column's name; None for an outer query's or an unclear one."""
        if column.args.get("db") is not None or isinstance(column.this, exp.Star):
            return None
        return self.resolve_name(column.name.lower(), column.table.lower())

    def resolve_name(self, name: str, of: str = "") -> Key | None:
        """As ``resolve``, by names."""
        places = range(len(self.sources))
        if of:
            # The last one wins: GoogleSQL allows no two of the same name.
            named = [place for place in places if self.sources[place].name == of]
            return (named[-1], name) if named else None
        if name in self._using:
            place = self._using[name]
            return None if place is None else (place, name)
        known = [place for place in places if self.sources[place].columns.has(name)]
        maybe = [place for place in places if self.sources[place].columns.has(name) is None]
        candidates = known or maybe
        return (candidates[0], name) if len(candidates) == 1 else None

    def _is_constant(self, node: exp.Expr) -> bool:
        return is_constant(node, self._is_variable)

    def _is_variable(self, column: exp.Column) -> bool:
        name = column.name.lower()
        if column.table or name not in self._variables:
            return False
        return not any(source.columns.has(name) for source in self.sources)

    @staticmethod
    def _dropping(
        bounds: Bounds[Key], drops: frozenset[int], nullable: frozenset[int]
    ) -> Bounds[Key]:
        sides = {
            key: side
            for key, side in bounds.sides.items()
            if key[0] in drops and not (side.null and key[0] in nullable)
        }
        if not bounds.empty:
            return Bounds(sides)
        # FALSE in ON of an outer join empties one side only; no row of that side is needed, but
        # it has no column to say so: leave it unbounded, as a warning to the reader.
        return Bounds(sides, empty=drops.issuperset(range(max(drops, default=0) + 1)))

    def _add(self, node: exp.Expr, joins: list[exp.Join]) -> frozenset[int]:
        """Add a join tree; gives the places in it that may be NULL-extended."""
        first = len(self.sources)
        nullable = self._add_leaf(node)
        for join in joins:
            left = frozenset(range(first, len(self.sources)))
            right_nullable = self._add(join.this, [])
            right = frozenset(range(first + len(left), len(self.sources)))
            side = (join.side or "").upper()
            drops = {"": left | right, "LEFT": right, "RIGHT": left}.get(side, frozenset())
            on = join.args.get("on")
            if on is not None:
                self.filters.append(Filter(on, drops, nullable | right_nullable))
            self._note_using(join, side, left, right)
            nullable |= right_nullable
            if side in {"LEFT", "FULL"}:
                nullable |= right
            if side in {"RIGHT", "FULL"}:
                nullable |= left
        return nullable

    def _add_leaf(self, node: exp.Expr) -> frozenset[int]:
        joins = list(node.args.get("joins") or ())
        if isinstance(node, exp.Subquery) and isinstance(node.this, (exp.Table, exp.Subquery)):
            if not node.alias and not node.args.get("pivots"):
                nullable = self._add(node.this, [])
                return nullable | self._more(joins)
        columns = self._catalog.columns_of_source(node, self._scope)
        self.sources.append(Source(source_name(node), node, columns))
        return self._more(joins)

    def _more(self, joins: list[exp.Join]) -> frozenset[int]:
        return frozenset()

    def _note_using(
        self, join: exp.Join, side: str, left: frozenset[int], right: frozenset[int]
    ) -> None:
        """Which source a column of USING is taken from: RIGHT the right one, FULL neither."""
        for column in join.args.get("using") or ():
            name = column.name.lower()
            if side == "FULL":
                self._using[name] = None
                continue
            places = sorted(right if side == "RIGHT" else left)
            if name in self._using and side != "RIGHT":
                continue
            having = [place for place in places if self.sources[place].columns.has(name)]
            maybe = [p for p in places if self.sources[p].columns.has(name) is not False]
            candidates = having or maybe
            self._using[name] = candidates[0] if len(candidates) == 1 else None
