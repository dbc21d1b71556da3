"""The sources of one FROM clause, and which predicates certainly apply to which of them. Pure.

A predicate in ON filters a side of an outer join only if that side's rows are dropped when it
fails. A predicate that runs after an outer join filters the side that may be NULL-extended only if
it rejects NULL.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.bounds.constant import is_constant
from featurestore.bounds.predicates import Bounds, Reader, conjuncts
from featurestore.bounds.relations import Columns, is_parenthesised_join, source_name

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
    """A predicate, the sources whose rows it drops, and those NULL-extended before it, if any."""

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
        """Add a source and its joins, cross joined with the sources before."""
        self._nullable |= self._add(node, joins)

    def where(self, predicate: exp.Expr | None) -> None:
        """Add a predicate that runs after all joins."""
        if predicate is not None:
            every = frozenset(range(len(self.sources)))
            self.filters.append(Filter(predicate, every, self._nullable))

    def bounds(self, after: Bounds[Key]) -> list[Bounds[str]]:
        """The bounds on the columns of each source.

        Args:
            after: Bounds on the joined rows that do not come from the filters.
        """
        every = frozenset(range(len(self.sources)))
        implied = [(after, every, self._nullable)]
        for item in self.filters:
            implied.append((self.reader.implied(item.predicate), item.drops, item.nullable))
        return [
            reduce(
                Bounds.and_,
                [
                    _of_source(place, bounds, drops, nullable)
                    for bounds, drops, nullable in implied
                    if place in drops
                ],
            )
            for place in range(len(self.sources))
        ]

    def near_miss(self, place: int, name: str) -> str:
        """The first predicate on a source's column that does not bound it, as SQL, or ``""``."""
        for item in self.filters:
            for part in conjuncts(item.predicate):
                columns = part.find_all(exp.Column)
                if not any(self.resolve(column) == (place, name) for column in columns):
                    continue
                if place not in item.drops or (place, name) not in self.reader.implied(part).sides:
                    return part.sql("bigquery", comments=False)
        return ""

    def resolve(self, column: exp.Column) -> Key | None:
        """The source's place and the column's name; None if it is ambiguous or an outer query's."""
        if column.args.get("db") is not None or isinstance(column.this, exp.Star):
            return None
        return self.resolve_name(column.name.lower(), column.table.lower())

    def resolve_name(self, name: str, of: str = "") -> Key | None:
        """As ``resolve``, by names."""
        places = range(len(self.sources))
        if of:
            # GoogleSQL refuses two sources of one name.
            named = [place for place in places if self.sources[place].name == of]
            return (named[-1], name) if named else None
        if name in self._using:
            place = self._using[name]
            return None if place is None else (place, name)
        # Of a table with undeclared columns it is unknown whether it has the column: such a source
        # counts only if no source certainly has it.
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

    def _add(self, node: exp.Expr, joins: list[exp.Join]) -> frozenset[int]:
        """Add a join tree; returns the places in it that may be NULL-extended."""
        first = len(self.sources)
        nullable: frozenset[int] = frozenset()
        if is_parenthesised_join(node):
            nullable = self._add(node.this, [])
        else:
            columns = self._catalog.columns_of_source(node, self._scope)
            self.sources.append(Source(source_name(node), node, columns))
        for join in [*(node.args.get("joins") or ()), *joins]:
            left = frozenset(range(first, len(self.sources)))
            right_nullable = self._add(join.this, [])
            right = frozenset(range(first + len(left), len(self.sources)))
            side = (join.side or "").upper()
            # LEFT JOIN keeps every row on its left, so ON drops rows of the right side alone; an
            # inner join drops rows of both, FULL JOIN of neither.
            drops = {"": left | right, "LEFT": right, "RIGHT": left}.get(side, frozenset[int]())
            on = join.args.get("on")
            if on is not None:
                self.filters.append(Filter(on, drops, nullable | right_nullable))
            self._note_using(join, side, left, right)
            nullable |= right_nullable
            # The side without a match is filled with NULLs from here on.
            if side in {"LEFT", "FULL"}:
                nullable |= right
            if side in {"RIGHT", "FULL"}:
                nullable |= left
        return nullable

    def _note_using(
        self, join: exp.Join, side: str, left: frozenset[int], right: frozenset[int]
    ) -> None:
        """Note the source of each USING column: the left one, with RIGHT the right, FULL none."""
        for column in join.args.get("using") or ():
            name = column.name.lower()
            if side == "FULL":
                self._using[name] = None
            elif side == "RIGHT" or name not in self._using:
                having = [
                    place
                    for place in sorted(right if side == "RIGHT" else left)
                    if self.sources[place].columns.has(name) is not False
                ]
                self._using[name] = having[0] if len(having) == 1 else None


def _of_source(
    place: int, bounds: Bounds[Key], drops: frozenset[int], nullable: frozenset[int]
) -> Bounds[str]:
    """The part of ``bounds`` that drops rows of one source."""
    sides = {
        key[1]: side
        for key, side in bounds.sides.items()
        if key[0] == place and not (side.null and place in nullable)
    }
    return Bounds(sides, bounds.empty and place in drops)
