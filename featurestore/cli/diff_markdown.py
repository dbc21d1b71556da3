"""``featurestore diff --format markdown``: a difference as the comment of a pull request. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.cli.comparison import shown_apart
from featurestore.cli.markdown import Table, code, document
from sync.counted import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.verify.store_diff import Diff
    from featurestore.verify.version_changes import VersionDiff


def versions(diff: VersionDiff) -> str:
    """What the working tree's SQL changes: counts, a row a feature, the rows that move most."""
    lines = [
        f"### {_heading(diff)}",
        "",
        f"{diff.dates.start} to {diff.dates.end}, the working tree against"
        f" {code(diff.against)}: {counted(diff.rows, 'row')} in both.",
    ]
    facts = (
        ("Changed relations", _names(diff.relations)),
        ("New features", _names(diff.added)),
        ("Features that are gone", _names(diff.removed)),
        ("Rows only in the working tree", f"{diff.only_new:,}" if diff.only_new else ""),
        (f"Rows only in {code(diff.against)}", f"{diff.only_old:,}" if diff.only_old else ""),
    )
    listed = [f"- {what}: {value}" for what, value in facts if value]
    changes = Table(
        "features",
        ("feature", "rows", "NULLs +", "NULLs -", "mean", "largest", "PSI", "first", "because"),
        [
            (
                change.feature,
                change.rows,
                change.nulls_gained,
                change.nulls_lost,
                change.mean_change,
                change.largest_change,
                change.drift,
                str(change.first_date),
                ", ".join(change.causes),
            )
            for change in diff.changes
        ],
    )
    moves = Table(
        "rows",
        ("feature", "player", "date", "old", "new"),
        [
            (change.feature, move.player_lookup, str(move.game_date), move.old, move.new)
            for change in diff.changes
            for move in change.moves
        ],
        summary="The rows of each feature that move most",
    )
    return document([*lines, *(["", *listed] if listed else [])], [changes, moves])


def _heading(diff: VersionDiff) -> str:
    if diff.changes:
        verb = "differs" if len(diff.changes) == 1 else "differ"
        return f"{counted(len(diff.changes), 'feature')} {verb}"
    if not diff.is_same:
        return "The features differ"
    return "The features are the same" if diff.rows else "No row was compared"


def warehouse(diff: Diff) -> str:
    """How the store differs from the warehouse's: counts, dates, and a row a column."""
    compared = diff.comparison
    lines = [
        f"### {_outcome(diff)}",
        "",
        f"{diff.dates.start} to {diff.dates.end}: {counted(diff.compared, 'date')} compared;"
        f" here {counted(compared.rows_here, 'row')}, in the warehouse {compared.rows_there:,}.",
    ]
    facts = (
        ("Rows only here", compared.only_here, compared.row_only_here),
        ("Rows only in the warehouse", compared.only_there, compared.row_only_there),
        ("Rows in both that differ", compared.different, None),
        ("Dates left out because they were never computed here", diff.not_computed, None),
    )
    listed = [
        f"- {what}: {count:,}{f', such as {code(row)}' if row else ''}"
        for what, count, row in facts
        if count
    ]
    if diff.not_in_warehouse:
        listed.append(f"- Columns that the warehouse lacks: {_names(diff.not_in_warehouse)}")
    dates = Table(
        "dates",
        ("date", "only here", "only in the warehouse", "different"),
        [(str(one.day), one.only_here, one.only_there, one.different) for one in compared.dates],
        summary="Dates that differ",
    )
    columns = Table(
        "columns",
        ("column", "rows", "for instance", "here", "in the warehouse"),
        [
            (one.column, one.rows, one.row, *shown_apart(one.here, one.there))
            for one in compared.columns
        ],
    )
    return document([*lines, *(["", *listed] if listed else [])], [columns, dates])


def _outcome(diff: Diff) -> str:
    if not diff.is_same:
        return "The store here and in the warehouse differ"
    if not diff.compared:
        return "No date was compared"
    return "The store here and in the warehouse is the same"


def _names(names: Sequence[str]) -> str:
    return ", ".join(code(name) for name in names)
