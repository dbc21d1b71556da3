"""A difference between two versions of the features as a page, with a small plot for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from featurestore.pages import frame
from sync.counted import counted

if TYPE_CHECKING:
    from featurestore.verify.feature_stats import FeatureChange
    from featurestore.verify.version_changes import VersionDiff


def page(diff: VersionDiff) -> str:
    """The page of a difference."""
    facts = [
        ("rows in both", frame.number(diff.rows)),
        ("rows only in the working tree", frame.number(diff.only_new)),
        (f"rows only in {diff.against}", frame.number(diff.only_old)),
        ("changed relations", ", ".join(diff.relations) or "none"),
        ("new features", ", ".join(diff.added) or "none"),
        ("removed features", ", ".join(diff.removed) or "none"),
    ]
    return frame.render(
        "versions",
        title=f"Features {diff.dates.start} to {diff.dates.end} against {diff.against}",
        is_same=diff.is_same,
        facts=facts,
        changes=[_change(change, diff.rows) for change in diff.changes],
    )


def _change(change: FeatureChange, rows: int) -> dict[str, Any]:
    quantiles = change.quantiles or ()
    largest = change.largest_change or 1.0
    return {
        "feature": change.feature,
        "summary": f"{change.rows:,} of {rows:,} rows, from {change.first_date} on",
        "share": [(100 * change.rows / max(rows, 1), "bar", counted(change.rows, "row"))],
        "facts": [
            ("rows that lost their value", frame.number(change.nulls_gained)),
            ("rows that gained one", frame.number(change.nulls_lost)),
            ("mean change", frame.number(change.mean_change, 4)),
            ("largest change", frame.number(change.largest_change, 4)),
            ("population stability index", frame.number(change.drift, 4)),
            ("because of", ", ".join(change.causes)),
        ],
        "quantiles": [
            (name, [(100 * value / largest, "bar", f"{value:.4g}")], frame.number(value, 4))
            for name, value in zip(("median", "90 %", "99 %"), quantiles, strict=False)
        ],
        "moves": [
            (
                move.player_lookup,
                str(move.game_date),
                frame.number(move.old, 4),
                frame.number(move.new, 4),
            )
            for move in change.moves
        ],
    }
