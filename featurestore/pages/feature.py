"""A feature as a page: its definition, its formula, and where its columns come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.catalog import formula
from featurestore.catalog.diagram import ROWS, diagram
from featurestore.catalog.lineage import Ref, lineage
from featurestore.definitions import compose, sql_files, tables
from featurestore.pages import frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from featurestore.catalog.diagram import Box, Diagram, Line
    from featurestore.catalog.distribution import Distribution
    from featurestore.catalog.lineage import Lineage
    from featurestore.definitions.features import Feature


# Facts that the page shows elsewhere.
_ELSEWHERE = ("meaning", "made of", "rows chosen by", "file")


def page(feature: Feature, facts: Mapping[str, object], values: Distribution | None) -> str:
    """The page of a feature.

    Args:
        feature: Its definition.
        facts: Further facts, by name.
        values: The distribution of its stored values; None if there are none.
    """
    name = feature.feature_name
    picture, origin = diagram(name), lineage(name)
    (written, *_) = formula.formulas(name)
    files = compose.by_name(sql_files.load("features"))
    boxes = list(picture.boxes.values())
    return frame.render(
        "feature",
        title=name,
        meaning=feature.description,
        facts=[(key, str(value)) for key, value in facts.items() if key not in _ELSEWHERE],
        values_title=f"Values from {values.first} to {values.last}" if values else "",
        values=_values(values) if values else [],
        place=f"{written.path}:{written.line}",
        formula=written.sql,
        counts=any(line.counts for line in picture.lines),
        width=round(picture.width),
        height=round(picture.height),
        lines=[_line(picture, line) for line in picture.lines],
        boxes=[_box(box) for box in boxes],
        sections=[_section(box, picture, origin, files) for box in boxes if box.relation in files],
        sources=_sources(origin),
    )


def _values(values: Distribution) -> list[tuple[str, str]]:
    return [
        (name, frame.number(value, 0 if isinstance(value, int) else 2))
        for name, value in values.numbers().items()
    ]


def _identity(relation: str) -> str:
    return "r-" + relation.replace(".", "-")


def _box(box: Box) -> dict[str, object]:
    is_source = "." in box.relation
    return {
        "id": "sources" if is_source else _identity(box.relation),
        "relation": box.relation,
        "words": f"{box.relation}: {', '.join(box.columns)}",
        "kind": "start" if box.layer == 0 else "source" if is_source else "",
        "x": round(box.x),
        "y": round(box.y),
        "width": round(box.width),
        "height": round(box.height),
        "title_y": round(box.y + 19),
        "columns": [(column, round(box.line_y(column) + 4)) for column in box.columns],
    }


def _line(picture: Diagram, line: Line) -> dict[str, object]:
    target, source = (picture.boxes[ref.relation] for ref in (line.target, line.source))
    x1, y1 = target.x + target.width, target.line_y(line.target.column or ROWS)
    x2, y2 = source.x, source.line_y(line.source.column or ROWS)
    bend = (x2 - x1) / 2
    return {
        "path": f"M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f}"
        f" {x2:.0f} {y2:.0f}",
        "counts": line.counts,
        "target": _box(target)["id"],
        "source": _box(source)["id"],
    }


def _section(
    box: Box, picture: Diagram, origin: Lineage, files: Mapping[str, sql_files.SqlFile]
) -> dict[str, object]:
    file = files[box.relation]
    columns = []
    for column in box.columns:
        ref = Ref(box.relation, "" if column == ROWS else column)
        made_of = [f"{one.source.relation}.{one.source.column or ROWS}" for one in picture.lines
                   if one.target == ref]  # fmt: skip
        columns.append(
            {
                "name": column,
                "formulas": [one.sql for one in formula.in_relation(file, column)],
                "words": "its rows are counted" if column == ROWS else "as in its inputs",
                "made_of": ", ".join(made_of),
            }
        )
    refs = [ref for ref in origin.graph if ref.relation == box.relation and ref.column]
    chosen = {one for ref in refs for one in origin.graph[ref].chosen_by if one.column}
    return {
        "id": _identity(box.relation),
        "relation": box.relation,
        "summary": file.header.summary,
        "path": file.path,
        "columns": columns,
        "chosen_by": ", ".join(sorted(f"{one.relation}.{one.column}" for one in chosen)),
    }


def _sources(origin: Lineage) -> list[tuple[str, str, str]]:
    def of(names: Sequence[str], table: str) -> str:
        return ", ".join(
            name.removeprefix(f"{table}.") for name in names if name.startswith(f"{table}.")
        )

    return [
        (table, of(origin.made_of, table), of(origin.chosen_by, table))
        for table in tables.tables()
        if of((*origin.made_of, *origin.chosen_by), table)
    ]
