"""A feature's lineage as boxes and lines: which column is computed from which. Pure.

A column that a relation only passes on is left out, and so is a relation that computes no column
here: the line continues to where the column is computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from featurestore.catalog.lineage import Ref, columns_of, lineage
from featurestore.compute.plan import FEATURE_VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.catalog.lineage import Inputs

# Pixels.
_CHARACTER, _LINE, _PAD, _GAP_X, _GAP_Y = 7.3, 20, 10, 70, 24


@dataclass(slots=True)
class Box:
    """A relation or a warehouse table, with the columns that the feature depends on.

    Attributes:
        relation: Its name.
        columns: In order of appearance; ``rows`` if only its rows count.
        layer: The feature is in layer 0; a box's inputs are in later layers.
        x: Left edge, pixels.
        y: Upper edge, pixels.
        width: Pixels.
    """

    relation: str
    columns: list[str] = field(default_factory=list)
    layer: int = 0
    x: float = 0
    y: float = 0
    width: float = 0

    @property
    def height(self) -> float:
        """Pixels."""
        return (len(self.columns) + 1) * _LINE + _PAD

    def line_y(self, column: str) -> float:
        """The middle of a column's line."""
        return self.y + (self.columns.index(column) + 1.5) * _LINE + _PAD / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line from a column to one of its inputs; ``counts`` if rows are counted."""

    target: Ref
    source: Ref
    counts: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """Positioned boxes, and lines; ``width`` and ``height`` in pixels."""

    boxes: Mapping[str, Box]
    lines: tuple[Line, ...]
    width: float
    height: float


ROWS = "rows"


def diagram(name: str) -> Diagram:
    """The diagram of a feature."""
    traced = lineage(name)
    start = _made(next(iter(traced.graph)), traced.graph)
    lines: list[Line] = []
    waiting, seen = [start], {start}
    while waiting:
        target = waiting.pop(0)
        for source, counts in _sources(target, traced.graph):
            lines.append(Line(target, source, counts))
            if source not in seen:
                seen.add(source)
                waiting.append(source)
    boxes: dict[str, Box] = {}
    for ref in [start, *(line.source for line in lines)]:
        box = boxes.setdefault(ref.relation, Box(ref.relation))
        column = ref.column or ROWS
        if column not in box.columns:
            box.columns.append(column)
    return _placed(boxes, lines)


def _made(ref: Ref, graph: Mapping[Ref, Inputs]) -> Ref:
    """Where a column is computed, skipping relations that pass it on under its name."""
    while ref in graph:
        made_of = graph[ref].made_of
        further = next(iter(made_of)) if len(made_of) == 1 else None
        if further is None or further.column != ref.column:
            return ref
        ref = further
    return ref


def _sources(ref: Ref, graph: Mapping[Ref, Inputs]) -> list[tuple[Ref, bool]]:
    """The columns that a column is computed from; if none, the relations whose rows it counts."""
    if ref not in graph or not ref.column:
        return []
    inputs = graph[ref]
    if inputs.made_of:
        return [(_made(one, graph), False) for one in sorted(inputs.made_of)]
    return [(one, True) for one in sorted(inputs.chosen_by) if not one.column]


def _placed(boxes: Mapping[str, Box], lines: list[Line]) -> Diagram:
    # In `columns_of` inputs come before their readers, and there are no warehouse tables.
    order = [*reversed(list(columns_of(FEATURE_VALUE))), *(name for name in boxes if "." in name)]
    for name in order:
        if name in boxes:
            layers = [boxes[one.target.relation].layer for one in lines
                      if one.source.relation == name != one.target.relation]  # fmt: skip
            boxes[name].layer = 1 + max(layers) if layers else 0
    x = height = 0.0
    for layer in range(max(box.layer for box in boxes.values()) + 1):
        held = [box for box in boxes.values() if box.layer == layer]
        words = [word for box in held for word in (box.relation, *box.columns)]
        width = round(max(map(len, words), default=0) * _CHARACTER) + 2 * _PAD
        y = 0.0
        for box in held:
            box.x, box.y, box.width = x, y, width
            y += box.height + _GAP_Y
        height = max(height, y - _GAP_Y)
        x += width + _GAP_X
    return Diagram(boxes, tuple(lines), x - _GAP_X, height)
