"""The lines that ``push`` and ``backfill`` print about a push."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sync.transfer.push import PushReport

SHOWN = 3


def facts(report: PushReport) -> dict[str, object]:
    """Label to number of rows or dates; the same for a dry run."""
    return {
        "dates": len(report.pushed),
        "dates unchanged": report.unchanged,
        "rows": report.rows,
        "rows added": report.added,
        "rows replaced": report.replaced,
        "rows pruned": report.pruned,
        "rows only in the warehouse, kept": report.kept,
    }


def notes(report: PushReport, version_column: str | None) -> Iterator[str]:
    """Notes on undeclared columns, on rows of other versions, and on costs."""
    if report.undeclared:
        yield (
            f"{len(report.undeclared):,} columns of the warehouse's table are not declared and keep"
            f" their values: {first_few(report.undeclared)}"
        )
    if report.other_versions:
        counts = ", ".join(f"{name} {rows:,}" for name, rows in report.other_versions.items())
        yield f"rows of another {version_column} on these dates: {counts}"
    yield from report.notes


def first_few(names: Sequence[str]) -> str:
    """The first names, with dots if there are more."""
    more = ", ..." if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
