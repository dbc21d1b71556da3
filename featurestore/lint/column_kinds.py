"""The kind of each column of a query: a result of its game, its date, a clock, or other. Pure.

A window or an aggregate over earlier dates turns results into something known before the game;
``featurestore.lint.leaks`` checks whether its dates are earlier.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.bounds.relations import (
    cte_named,
    excepted,
    of_table,
    source_name,
    sources,
    star_of,
    with_ctes,
)
from featurestore.lint.clocks import clock_of, is_bounded
from featurestore.lint.shapes import ClockedScan, Kind, Place, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from featurestore.bounds.relations import Relation
    from featurestore.definitions.column_roles import Roles
    from featurestore.lint.shapes import Clock

_STRENGTH: dict[Kind, int] = {"other": 0, "date": 1, "clock": 2, "result": 3}


class Lineage:
    """Shapes of the queries of one statement; collects its SELECTs on the way.

    Attributes:
        places: The SELECTs, including those of relations of other files.
        unbounded: Scans whose rows were ranked, aggregated or limited before a bound.
    """

    def __init__(
        self,
        roles: Mapping[str, Roles],
        relations: Mapping[str, exp.Expr],
        clocks: Iterable[str] = (),
    ) -> None:
        """Set up.

        Args:
            roles: The roles of the columns of known tables.
            relations: Queries of relations that the statement reads by their bare names.
            clocks: Clocks of unknown tables.
        """
        self.places: list[Place] = []
        self.unbounded: list[ClockedScan] = []
        self._roles, self._relations = roles, relations
        self._clocks = {clock.column: clock for clock in map(clock_of, clocks)}
        self._shapes: dict[int, Shape] = {}
        self._open: set[int] = set()

    def shape(
        self, query: exp.Expr, scope: Mapping[str, Relation], outer: Place | None = None
    ) -> Shape:
        """The kinds of a query's output columns."""
        if id(query) in self._open:
            return Shape(rest="other")
        if id(query) not in self._shapes:
            self._open.add(id(query))
            self._shapes[id(query)] = self._shape(query, with_ctes(query, scope), outer)
            self._open.discard(id(query))
        return self._shapes[id(query)]

    def kind(self, node: exp.Expr, place: Place, scope: Mapping[str, Relation]) -> Kind:
        """The kind of an expression; a window is not a result, its frame is checked elsewhere."""
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            return place.kind_of(node)
        if isinstance(node, exp.Window):
            return "other"
        if isinstance(node, exp.Query):
            kinds = list(self.shape(node, scope, place).kinds.values())
            return "result" if "result" in kinds else "other"
        kinds = [self.kind(child, place, scope) for child in node.iter_expressions()]
        # leak-aggregate checks an aggregate over several dates. One over a single date, because
        # GROUP BY names it, is still a result of that date.
        if "result" in kinds:
            return (
                "other" if isinstance(node, exp.AggFunc) and not _keyed(node, place) else "result"
            )
        if isinstance(node, exp.AggFunc):
            return "other"
        return max(kinds, key=_STRENGTH.__getitem__, default="other")

    def _shape(self, query: exp.Expr, scope: Mapping[str, Relation], outer: Place | None) -> Shape:
        if isinstance(query, exp.Subquery):
            return self.shape(query.this, scope, outer)
        if isinstance(query, exp.SetOperation):
            left = self.shape(query.this, scope, outer)
            return _stacked(left, self.shape(query.expression, scope, outer))
        if not isinstance(query, exp.Select):
            return Shape(rest="other")
        in_from = list(sources(query))
        place = Place(
            query,
            tuple(source_name(source) for source in in_from),
            tuple(self._source(source, query, scope, outer) for source in in_from),
            outer,
        )
        self.places.append(place)
        for nested in query.find_all(exp.Query):
            if nested.parent_select is query and not nested.find_ancestor(exp.CTE, exp.From):
                self.unbounded += self.shape(nested, scope, place).scans
        scans = tuple(
            scan
            for index, shape in enumerate(place.shapes)
            for scan in shape.scans
            if not is_bounded(place, index, scan.clock)
        )
        if _combines_rows(query):
            self.unbounded += scans
            scans = ()
        return replace(self._projected(place, scope), scans=scans)

    def _source(
        self,
        source: exp.Expr,
        select: exp.Select,
        scope: Mapping[str, Relation],
        outer: Place | None,
    ) -> Shape:
        if isinstance(source, exp.Subquery):
            return self.shape(source.this, with_ctes(source, scope), outer)
        if not isinstance(source, exp.Table):
            return Shape(rest="other")
        relation = cte_named(source, scope)
        if relation is not None:
            return self.shape(relation.query, relation.scope)
        if not source.db and source.name.lower() in self._relations:
            return self.shape(self._relations[source.name.lower()], {})
        roles = of_table(source, self._roles)
        if roles is not None:
            clock = clock_of(roles.clock) if roles.clock else None
            return _of_known(roles, clock, source, select)
        # A table without declared columns has each clock whose column the SELECT names.
        names = {column.name.lower() for column in select.find_all(exp.Column)}
        clocks = [clock for name, clock in self._clocks.items() if name in names]
        known: dict[str, Kind] = {clock.column: "clock" for clock in clocks}
        return Shape(known, "other", tuple(ClockedScan(source, select, clock) for clock in clocks))

    def _projected(self, place: Place, scope: Mapping[str, Relation]) -> Shape:
        kinds: dict[str, Kind] = {}
        rest: Kind | None = None
        for item in place.select.expressions:
            if not item.is_star:
                inner = item.this if isinstance(item, exp.Alias) else item
                kinds[item.alias_or_name.lower()] = self.kind(inner, place, scope)
                continue
            star, of = star_of(item)
            for name, shape in zip(place.names, place.shapes, strict=True):
                if of not in {"", name}:
                    continue
                kept = {key: kind for key, kind in shape.kinds.items() if key not in excepted(star)}
                kinds = {**kept, **kinds}
                rest = shape.rest if rest in {None, "other"} else rest
        return Shape(kinds, rest)


def _keyed(aggregate: exp.Expr, place: Place) -> bool:
    """Whether the aggregate is over rows of one date, because GROUP BY names their date."""
    places = {place.source_of(column) for column in aggregate.find_all(exp.Column)}
    return any(index in dated_groups(place) for index in places)


def dated_groups(place: Place) -> set[int]:
    """The sources whose date is in GROUP BY, directly or because it equals a date that is."""
    group = place.select.args.get("group")
    if group is None:
        return set()
    keys = group.expressions if not group.args.get("all") else place.select.expressions
    dates = {
        place.source_of(column)
        for key in keys
        for column in key.find_all(exp.Column)
        if place.kind_of(column) == "date"
    }
    for predicate in place.predicates():
        if isinstance(predicate, exp.EQ):
            sides = (predicate.this, predicate.expression)
            columns = [side for side in sides if isinstance(side, exp.Column)]
            equal = {place.source_of(c) for c in columns if place.kind_of(c) == "date"}
            if len(equal) == 2 and equal & dates:
                dates |= equal
    return {index for index in dates if index is not None}


def _of_known(roles: Roles, clock: Clock | None, table: exp.Table, select: exp.Select) -> Shape:
    kinds: dict[str, Kind] = {
        **dict.fromkeys(sorted(roles.pregame | roles.entity), "other"),
        **dict.fromkeys(sorted(roles.results), "result"),
        **dict.fromkeys(sorted(roles.event), "date"),
    }
    scans: tuple[ClockedScan, ...] = ()
    if clock is not None:
        kinds[clock.column] = "clock"
        scans = (ClockedScan(table, select, clock),)
    return Shape(kinds, "result" if roles.pregame else "other", scans)


def _combines_rows(select: exp.Select) -> bool:
    """Whether rows are ranked, aggregated or limited, so that a bound further out is too late."""
    if any(select.args.get(name) for name in ("group", "distinct", "qualify", "limit")):
        return True
    nodes = (node for item in select.expressions for node in item.find_all(exp.Window, exp.AggFunc))
    return any(node.parent_select is select for node in nodes)


def _stacked(left: Shape, right: Shape) -> Shape:
    """The columns of a UNION, named by its first arm."""
    kinds: dict[str, Kind] = {}
    for place, (name, kind) in enumerate(left.kinds.items()):
        others = list(right.kinds.values())
        other = right.kind(name)
        if left.rest is None and right.rest is None and place < len(others):
            other = others[place]
        kinds[name] = max(kind, other or "other", key=_STRENGTH.__getitem__)
    return Shape(kinds, left.rest or right.rest, left.scans + right.scans)
