"""Prints the differences between two versions of the features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from featurestore.cli import output
from featurestore.cli.streams import escape_line

if TYPE_CHECKING:
    from featurestore.verify.feature_stats import FeatureChange
    from featurestore.verify.version_changes import VersionDiff

SHOWN_MOVES = 3


def print_versions(diff: VersionDiff) -> None:
    """Print counts, a line for each feature that differs, and the rows that change most."""
    typer.echo(
        f"{diff.dates.start} to {diff.dates.end}, the working tree against {diff.against}:"
        f" {output.counted(diff.rows, 'row')} in both"
    )
    if diff.relations:
        typer.echo(f"changed relations: {', '.join(diff.relations)}")
    for count, where in (
        (diff.only_new, "the working tree"),
        (diff.only_old, diff.against),
    ):
        if count:
            typer.echo(f"rows only in {where}: {count:,}")
    for names, what in ((diff.added, "new"), (diff.removed, "removed")):
        if names:
            typer.echo(f"{what} features: {', '.join(names)}")
    if diff.changes:
        output.print_table(
            "features that differ",
            ("feature", "rows", "NULLs +", "NULLs -", "mean", "largest", "PSI", "first", "because"),
            [_row(change) for change in diff.changes],
            expendable=("NULLs -", "NULLs +", "PSI", "first", "mean"),
        )
        for change in diff.changes:
            _print_moves(change)
    typer.echo("the same" if diff.is_same else "different")


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
