"""How a difference between two versions of the features is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from featurestore.cli import output
from featurestore.cli.streams import escape_line

if TYPE_CHECKING:
    from featurestore.verify.feature_stats import FeatureChange
    from featurestore.verify.version_changes import VersionDiff

SHOWN_MOVES = 3


def print_versions(found: VersionDiff) -> None:
    """Counts, a line a feature that differs, and the rows that move most."""
    typer.echo(
        f"{found.dates.start} to {found.dates.end}, the working tree against {found.against}:"
        f" {found.rows:,} rows in both"
    )
    if found.relations:
        typer.echo(f"changed relations: {', '.join(found.relations)}")
    for count, where in (
        (found.only_new, "the working tree"),
        (found.only_old, found.against),
    ):
        if count:
            typer.echo(f"rows only in {where}: {count:,}")
    for names, what in ((found.added, "new"), (found.removed, "gone")):
        if names:
            typer.echo(f"{what} features: {', '.join(names)}")
    if found.changes:
        output.print_table(
            "features that differ",
            ("feature", "rows", "NULLs +", "NULLs -", "mean", "largest", "PSI", "first", "because"),
            [_row(change) for change in found.changes],
            expendable=("NULLs -", "NULLs +", "PSI", "first", "mean"),
        )
        for change in found.changes:
            _print_moves(change)
    typer.echo("the same" if found.is_same else "different")


def _row(change: FeatureChange) -> tuple[object, ...]:
    return (
        change.feature,
        change.rows,
        change.nulls_gained,
        change.nulls_lost,
        _number(change.mean_change),
        _number(change.largest_change),
        _number(change.drift),
        str(change.first_date),
        ", ".join(change.causes),
    )


def _print_moves(change: FeatureChange) -> None:
    moves = "; ".join(
        f"{move.player_lookup} {move.game_date} {_number(move.old)} -> {_number(move.new)}"
        for move in change.moves[:SHOWN_MOVES]
    )
    typer.echo(f"  {change.feature}: {escape_line(moves)}")


def _number(value: float | None) -> str:
    return "NULL" if value is None else f"{value:.6g}"
