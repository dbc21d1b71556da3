"""How the features of two versions of the SQL differ, and which differences are requested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from featurestore.verify.feature_stats import FeatureChange
    from sync.model import DateRange


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """How the working tree's features differ from another version's.

    Attributes:
        against: The other version.
        dates: Both ends included.
        rows: Rows that both versions have.
        only_new: Rows that only the working tree has.
        only_old: Rows that only the other version has.
        relations: Relations whose text differs; empty against stored rows.
        added: Features that only the working tree has.
        removed: Features that only the other version has.
        changes: The features that differ, those with the most differing rows first.
    """

    against: str
    dates: DateRange
    rows: int
    only_new: int
    only_old: int
    relations: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changes: tuple[FeatureChange, ...]

    @property
    def is_same(self) -> bool:
        """Whether every feature of every row is the same."""
        return not (self.changes or self.added or self.removed or self.only_new or self.only_old)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Limits a comparison of two versions.

    Attributes:
        features: Names of features; empty for all.
        player: A ``player_lookup``; empty for all.
        rows: A Parquet file to write, with a row for every difference.
    """

    features: tuple[str, ...] = ()
    player: str = ""
    rows: Path | None = None
