"""Compares two engines' rows of one statement, ignoring their order. Pure."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Row = Mapping[str, Any]

TOLERANCE = 1e-9
_MOST_PAIRED = 20


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that only one engine has, or one whose floats differ; None if an engine lacks it."""

    duckdb: Row | None
    reference: Row | None


def differences(
    duckdb: Sequence[Row], reference: Sequence[Row], json_columns: frozenset[str] = frozenset()
) -> list[RowDifference]:
    """Rows that differ; floats count as the same within 1e-9, relative or absolute.

    Everything else is compared exactly, including types, and JSON by content. Rows that differ only
    in floats are sorted by these and compared. The remaining rows of both sides are paired by most
    equal columns.
    """
    ours, theirs = _grouped(duckdb, json_columns), _grouped(reference, json_columns)
    different: list[RowDifference] = []
    here: list[Row] = []
    there: list[Row] = []
    for key in sorted(ours.keys() | theirs.keys()):
        mine = sorted(ours.get(key, []), key=lambda one: one[0])
        judged = sorted(theirs.get(key, []), key=lambda one: one[0])
        for (floats, row), (other_floats, other) in zip(mine, judged, strict=False):
            if not _close(floats, other_floats):
                different.append(RowDifference(row, other))
        here += [row for _, row in mine[len(judged) :]]
        there += [row for _, row in judged[len(mine) :]]
    return [*different, *_side_by_side(here, there)]


def _side_by_side(here: Sequence[Row], there: Sequence[Row]) -> Iterator[RowDifference]:
    left = list(there)
    for number, row in enumerate(here):
        # Every pair is compared, which is affordable for the first differences that are shown.
        candidates = left if number < _MOST_PAIRED else []
        best = max(candidates, key=lambda other: _same_columns(row, other), default=None)
        if best is None or 2 * _same_columns(row, best) < len(row):
            yield RowDifference(row, None)
        else:
            left.remove(best)
            yield RowDifference(row, best)
    yield from (RowDifference(None, row) for row in left)


def _same_columns(row: Row, other: Row) -> int:
    return sum(name in other and other[name] == value for name, value in row.items())


Grouped = dict[str, list[tuple[tuple[float, ...], "Row"]]]


def _grouped(rows: Sequence[Row], json_columns: frozenset[str]) -> Grouped:
    """Rows grouped by everything but their floats, each with its floats."""
    groups: Grouped = {}
    for row in rows:
        floats: list[float] = []
        value = {
            name: _canonical(cell) if name in json_columns and isinstance(cell, str) else cell
            for name, cell in row.items()
        }
        key = repr(list(_exact(value, floats)))
        groups.setdefault(key, []).append((tuple(floats), row))
    return groups


def _canonical(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)


def _exact(value: Any, floats: list[float]) -> Iterator[Any]:
    """A value without its floats, which are appended to the list in order."""
    if isinstance(value, float):
        # NaN and infinities are compared exactly.
        is_number = math.isfinite(value)
        floats += [value] if is_number else []
        yield "float" if is_number else repr(value)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield (name, list(_exact(part, floats)))
    elif isinstance(value, list):
        yield [list(_exact(part, floats)) for part in value]
    elif isinstance(value, Decimal):
        # 1.5 and 1.500000000 are the same NUMERIC.
        yield ("Decimal", str(value.normalize()))
    else:
        yield (type(value).__name__, value)


def _close(here: tuple[float, ...], there: tuple[float, ...]) -> bool:
    pairs = zip(here, there, strict=True)
    return all(math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in pairs)
