"""What each column of a query tells about its row's date: a result, the date itself, neither. Pure.

A window or an aggregate over earlier dates makes something known before the game out of results;
``featurestore.lint.leaks`` judges whether its dates are earlier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from featurestore.bounds.relations import Relation

Kind = Literal["result", "date", "other"]
# One game is on one date, so that both tell rows of different dates apart.
_DATES = frozenset({"game_date", "game_id"})
_STRENGTH: dict[Kind, int] = {"other": 0, "date": 1, "result": 2}


@dataclass(frozen=True, slots=True)
class Shape:
    """Kinds of a relation's columns.

    Attributes:
        kinds: By name, in order as far as it is known.
        rest: The kind of every other column, None if there is none.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    rest: Kind | None = None

    def kind(self, name: str) -> Kind | None:
        """The column's kind, None if there is no such column."""
        return self.kinds.get(name, self.rest)


@dataclass(frozen=True, slots=True)
class Place:
    """A SELECT, the sources of its FROM in order, and the SELECT around it."""

    select: exp.Select
    names: tuple[str, ...]
    shapes: tuple[Shape, ...]
    outer: Place | None

    def source_of(self, column: exp.Column) -> int | None:
        """Index of the source that a column comes from; None for one of an outer SELECT."""
        name, of = column.name.lower(), column.table.lower()
        if of:
            return self.names.index(of) if of in self.names else None
        listed = [index for index, shape in enumerate(self.shapes) if name in shape.kinds]
        if listed:
            return listed[0]
        open_ones = [index for index, shape in enumerate(self.shapes) if shape.rest is not None]
        return open_ones[0] if len(open_ones) == 1 else None

    def kind_of(self, column: exp.Column) -> Kind:
        """A column's kind, here or in the SELECTs around."""
        index = self.source_of(column)
        if index is not None:
            return self.shapes[index].kind(column.name.lower()) or "other"
        return self.outer.kind_of(column) if self.outer is not None else "other"

    def predicates(self) -> Iterator[exp.Expr]:
        """What WHERE and ON demand, taken apart at AND."""
        where = self.select.args.get("where")
        joins = self.select.args.get("joins") or ()
        for clause in (where, *[join.args.get("on") for join in joins]):
            if clause is not None:
                yield from _conjuncts(clause)


class Lineage:
    """Shapes of the queries of one statement; collects its SELECTs on the way."""

    def __init__(
        self, pregame: Mapping[str, frozenset[str]], relations: Mapping[str, exp.Expr]
    ) -> None:
        """Set up.

        Args:
            pregame: For each table of results the columns that are known before the game.
            relations: Queries of relations that the statement reads by their bare names.
        """
        self.places: list[Place] = []
        self._pregame, self._relations = pregame, relations
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
        """The kind of an expression; windows and LAG look back, so they tell no result."""
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            return place.kind_of(node)
        if isinstance(node, exp.Window):
            return "other"
        if isinstance(node, exp.Query):
            kinds = list(self.shape(node, scope, place).kinds.values())
            return "result" if "result" in kinds else "other"
        kinds = [self.kind(child, place, scope) for child in node.iter_expressions()]
        if "result" in kinds:
            return (
                "other" if isinstance(node, exp.AggFunc) and not _keyed(node, place) else "result"
            )
        return "date" if "date" in kinds and not isinstance(node, exp.AggFunc) else "other"

    def _shape(self, query: exp.Expr, scope: Mapping[str, Relation], outer: Place | None) -> Shape:
        if isinstance(query, exp.Subquery):
            return self.shape(query.this, scope, outer)
        if isinstance(query, exp.SetOperation):
            left = self.shape(query.this, scope, outer)
            return _stacked(left, self.shape(query.expression, scope, outer))
        if not isinstance(query, exp.Select):
            return Shape(rest="other")
        found = list(sources(query))
        place = Place(
            query,
            tuple(source_name(source) for source in found),
            tuple(self._source(source, scope, outer) for source in found),
            outer,
        )
        self.places.append(place)
        for nested in query.find_all(exp.Query):
            if nested.parent_select is query and not nested.find_ancestor(exp.CTE, exp.From):
                self.shape(nested, scope, place)
        return self._projected(place, scope)

    def _source(
        self, source: exp.Expr, scope: Mapping[str, Relation], outer: Place | None
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
        pregame = of_table(source, self._pregame)
        if pregame is not None:
            known = {name: _date_or_other(name) for name in sorted(pregame)}
            return Shape(known, rest="result")
        return Shape(rest="other")

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
    """Whether the aggregate holds rows of one date only, because GROUP BY names their date."""
    places = {place.source_of(column) for column in aggregate.find_all(exp.Column)}
    return any(index in dated_groups(place) for index in places)


def dated_groups(place: Place) -> set[int]:
    """The sources whose date is in GROUP BY, directly or by equality with a date that is."""
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


def _date_or_other(name: str) -> Kind:
    return "date" if name in _DATES else "other"


def _stacked(left: Shape, right: Shape) -> Shape:
    """The columns of a UNION, named by its first arm."""
    kinds: dict[str, Kind] = {}
    for place, (name, kind) in enumerate(left.kinds.items()):
        others = list(right.kinds.values())
        other = right.kind(name)
        if left.rest is None and right.rest is None and place < len(others):
            other = others[place]
        kinds[name] = max(kind, other or "other", key=_STRENGTH.__getitem__)
    return Shape(kinds, left.rest or right.rest)


def _conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, (exp.Where, exp.Paren, exp.And)):
        for part in (node.this, node.args.get("expression")):
            if part is not None:
                yield from _conjuncts(part)
    else:
        yield node
