"""How ``diff`` and ``parity`` print what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from featurestore.cli import output

if TYPE_CHECKING:
    from featurestore.verify.comparison import Comparison

SHOWN_DATES = 20
SHOWN_WIDTH = 40
LEAD = 12


def print_comparison(comparison: Comparison, there: str) -> None:
    """Print counts, then the dates and the columns that differ, with an example for each column."""
    output.print_facts(
        f"here {output.counted(comparison.rows_here, 'row')}, {there} {comparison.rows_there:,}",
        {
            "only here": comparison.only_here,
            f"only {there}": comparison.only_there,
            "in both, different": comparison.different,
        },
    )
    if comparison.row_only_here:
        typer.echo(f"  only here, for example: {comparison.row_only_here}")
    if comparison.row_only_there:
        typer.echo(f"  only {there}, for example: {comparison.row_only_there}")
    if comparison.dates:
        left = len(comparison.dates) - SHOWN_DATES
        output.print_table(
            f"dates that differ: {len(comparison.dates):,}",
            ("date", "only here", f"only {there}", "different"),
            [
                (str(d.day), d.only_here, d.only_there, d.different)
                for d in comparison.dates[:SHOWN_DATES]
            ],
        )
        if left > 0:
            typer.echo(f"  and {output.counted(left, 'more date')}; --json shows all")
    if comparison.columns:
        output.print_table(
            "columns that differ",
            ("column", "rows", "for example", "here", there),
            [(c.column, c.rows, c.row, *shown_apart(c.here, c.there)) for c in comparison.columns],
            expendable=("for example",),
        )


def shown_apart(here: str | None, there: str | None) -> tuple[str, str]:
    """Two differing values; long ones are cut around the first character that differs. Pure."""
    texts = ["NULL" if value is None else value for value in (here, there)]
    pairs = enumerate(zip(*texts, strict=False))
    first_difference = next((at for at, (a, b) in pairs if a != b), min(map(len, texts)))
    start = max(first_difference - LEAD, 0) if max(map(len, texts)) > SHOWN_WIDTH else 0
    first, second = (
        ("..." if start else "")
        + text[start : start + SHOWN_WIDTH]
        + ("..." if len(text) > start + SHOWN_WIDTH else "")
        for text in texts
    )
    return first, second
