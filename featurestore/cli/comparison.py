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


def print_comparison(found: Comparison, there: str) -> None:
    """Counts, then the dates and the columns that differ, each column with one example."""
    output.print_facts(
        f"here {found.rows_here:,} rows, {there} {found.rows_there:,}",
        {
            "only here": found.only_here,
            f"only {there}": found.only_there,
            "in both, different": found.different,
        },
    )
    if found.row_only_here:
        typer.echo(f"  only here, for instance: {found.row_only_here}")
    if found.row_only_there:
        typer.echo(f"  only {there}, for instance: {found.row_only_there}")
    if found.dates:
        left = len(found.dates) - SHOWN_DATES
        output.print_table(
            f"dates that differ: {len(found.dates):,}",
            ("date", "only here", f"only {there}", "different"),
            [
                (str(d.day), d.only_here, d.only_there, d.different)
                for d in found.dates[:SHOWN_DATES]
            ],
        )
        if left > 0:
            typer.echo(f"  and {left:,} more dates; --json shows all")
    if found.columns:
        output.print_table(
            "columns that differ",
            ("column", "rows", "for instance", "here", there),
            [(c.column, c.rows, c.row, *shown_apart(c.here, c.there)) for c in found.columns],
            expendable=("for instance",),
        )


def shown_apart(here: str | None, there: str | None) -> tuple[str, str]:
    """Two differing values, long ones from shortly before the place where they part. Pure."""
    texts = ["NULL" if value is None else value for value in (here, there)]
    pairs = enumerate(zip(*texts, strict=False))
    parted = next((at for at, (a, b) in pairs if a != b), min(map(len, texts)))
    start = max(parted - LEAD, 0) if max(map(len, texts)) > SHOWN_WIDTH else 0
    first, second = (
        ("..." if start else "")
        + text[start : start + SHOWN_WIDTH]
        + ("..." if len(text) > start + SHOWN_WIDTH else "")
        for text in texts
    )
    return first, second
