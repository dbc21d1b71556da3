"""A comparison of two stores as a page: which columns differ, how far, and on which dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.pages import frame

if TYPE_CHECKING:
    from featurestore.verify.store_diff import Diff


def page(found: Diff) -> str:
    """The page of a comparison with the warehouse."""
    comparison = found.comparison
    most = max((one.rows for one in comparison.columns), default=0) or 1
    return frame.render(
        "diff",
        title=f"Difference {found.dates.start} to {found.dates.end}",
        is_same=found.is_same,
        facts=[
            ("dates compared", frame.number(found.compared)),
            ("dates never computed here, left out", frame.number(found.not_computed)),
            ("rows here", frame.number(comparison.rows_here)),
            ("rows in the warehouse", frame.number(comparison.rows_there)),
            ("rows only here", frame.number(comparison.only_here)),
            ("rows only in the warehouse", frame.number(comparison.only_there)),
            ("rows that differ", frame.number(comparison.different)),
        ],
        columns=[
            (
                one.column,
                [(100 * one.rows / most, "bar", f"{one.rows:,} rows")],
                frame.number(one.rows),
                f"{one.row}: {_value(one.here)} here, {_value(one.there)} there",
            )
            for one in comparison.columns
        ],
        dates=[
            (str(one.day), *map(frame.number, (one.only_here, one.only_there, one.different)))
            for one in comparison.dates
        ],
        left_out=", ".join(found.not_in_warehouse),
    )


def _value(text: str | None) -> str:
    return "NULL" if text is None else text
