"""Which columns a feature is computed from, and which decide its source rows. Pure.

Each relation is read once, by its file. A column has two kinds of inputs. It is *made of* the
columns in its expression. Its rows are *chosen by* the columns in the conditions on the way: ON,
WHERE, HAVING, QUALIFY, GROUP BY, and the partitions and orders of windows. A LEFT JOIN chooses rows
only for the columns that read the joined relation, since relations are joined by their grain.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from featurestore.catalog import scope_columns
from featurestore.compute.plan import FEATURE_VALUE
from featurestore.definitions import compose, sql_files, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Ref(NamedTuple):
    """A column of a relation or of a warehouse table; an empty ``column`` is its rows."""

    relation: str
    column: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one column, or the rows, of a relation depend on, one relation further up.

    Attributes:
        made_of: The columns of its expression; empty for the rows of a relation.
        chosen_by: Columns of conditions, and the rows of the relations that are read.
    """

    made_of: frozenset[Ref]
    chosen_by: frozenset[Ref]

    @property
    def both(self) -> frozenset[Ref]:
        """Everything that it depends on."""
        return self.made_of | self.chosen_by


# Of a warehouse column.
_NONE = Inputs(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Lineage:
    """One column, up to the warehouse.

    Attributes:
        graph: Each column on the way, and the rows of each relation on the way, with their inputs;
            the column itself first. Warehouse columns have none and are not among the keys.
        made_of: ``dataset.table.column`` that the value is made of, sorted; empty for a count.
        chosen_by: ``dataset.table.column`` that decide which rows it is made from, sorted.
    """

    graph: Mapping[Ref, Inputs]
    made_of: tuple[str, ...]
    chosen_by: tuple[str, ...]


def lineage(name: str, relation: str = FEATURE_VALUE) -> Lineage:
    """The lineage of a column, by default of a feature.

    Args:
        name: The column.
        relation: A relation of ``sql/features``.

    Raises:
        KeyError: the relation has no such column.
    """
    relations = columns_of(relation)
    start = Ref(relation, name)
    graph: dict[Ref, Inputs] = {}
    _walk(start, relations, graph)
    values = _reached([start], lambda ref: graph.get(ref, _NONE).made_of)
    choosers = {chooser for ref in values for chooser in graph.get(ref, _NONE).chosen_by}
    # The inputs of a column that chooses rows choose rows, too.
    chosen = _reached(choosers, lambda ref: graph.get(ref, _NONE).both)
    return Lineage(graph, _columns(values), _columns(chosen))


def _walk(
    start: Ref, relations: Mapping[str, Mapping[str, Inputs]], graph: dict[Ref, Inputs]
) -> None:
    waiting = [start]
    while waiting:
        ref = waiting.pop()
        if ref in graph or ref.relation not in relations:
            continue
        graph[ref] = relations[ref.relation][ref.column]
        waiting += sorted(graph[ref].both)


def _reached(start: Iterable[Ref], inputs: Callable[[Ref], Iterable[Ref]]) -> set[Ref]:
    """The columns and rows, and everything that they depend on."""
    reached: set[Ref] = set()
    waiting = list(start)
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += inputs(ref)
    return reached


def _columns(refs: Iterable[Ref]) -> tuple[str, ...]:
    return tuple(sorted(f"{r.relation}.{r.column}" for r in refs if "." in r.relation and r.column))


@lru_cache(maxsize=4)
def columns_of(root: str) -> Mapping[str, Mapping[str, Inputs]]:
    """Relation to column to inputs, for a relation and all that it reads.

    Under the empty name: what decides the rows of the relation.
    """
    schema: dict[str, Any] = {name: dict(types) for name, types in tables.column_types().items()}
    relations = {}
    for file in compose.dependency_order([root], compose.by_name(sql_files.load("features"))):
        columns = scope_columns.inputs_of(file.text, schema, file.path)
        schema[file.name] = dict.fromkeys(name for name in columns if name)
        relations[file.name] = {
            name: Inputs(
                frozenset(Ref(*pair) for pair in made_of),
                frozenset(Ref(*pair) for pair in chosen_by),
            )
            for name, (made_of, chosen_by) in columns.items()
        }
    return relations
