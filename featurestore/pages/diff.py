"""A comparison of two stores as a page: which columns differ, how far, and on which dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.pages import frame
from sync.counted import counted

if TYPE_CHECKING:
    from featurestore.verify.store_diff import Diff


def page(diff: Diff) -> str:
    """The page of a comparison with the warehouse."""
    comparison = diff.comparison
    most = max((one.rows for one in comparison.columns), default=0) or 1
    return frame.render(
        "diff",
        title=f"Difference {diff.dates.start} to {diff.dates.end}",
        is_same=diff.is_same,
        facts=[
            ("dates compared", frame.number(diff.compared)),
            ("dates never computed here, not compared", frame.number(diff.not_computed)),
            ("rows here", frame.number(comparison.rows_here)),
            ("rows in the warehouse", frame.number(comparison.rows_there)),
            ("rows only here", frame.number(comparison.only_here)),
            ("rows only in the warehouse", frame.number(comparison.only_there)),
            ("rows that differ", frame.number(comparison.different)),
        ],
        columns=[
            (
                one.column,
                [(100 * one.rows / most, "bar", f"{counted(one.rows, 'row')}")],
                frame.number(one.rows),
                f"{one.row}: {_value(one.here)} here, {_value(one.there)} there",
            )
            for one in comparison.columns
        ],
        dates=[
            (str(one.day), *map(frame.number, (one.only_here, one.only_there, one.different)))
            for one in comparison.dates
        ],
        left_out=", ".join(diff.not_in_warehouse),
    )


def _value(text: str | None) -> str:
    return "NULL" if text is None else text
