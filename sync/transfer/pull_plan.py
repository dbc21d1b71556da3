"""Decides which partitions a pull must move. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sync.model import DateRange, Partition
    from sync.replica.ledger import Held


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What a pull of a range has to do.

    Attributes:
        fetch: Partitions that are new or changed, ascending.
        empty: Dates without rows at the source that the ledger does not hold as empty.
        unchanged: Number of dates that need nothing.
    """

    fetch: tuple[Partition, ...]
    empty: tuple[date, ...]
    unchanged: int

    @property
    def rows(self) -> int:
        """Rows that will be moved."""
        return sum(partition.rows for partition in self.fetch)


def plan_pull(
    held: Mapping[date, Held], source: Mapping[date, Partition], dates: DateRange
) -> PullPlan:
    """Compare the ledger with the source over ``dates``.

    A partition is fetched when it was never pulled, or when its row count or token differs; a
    date that lost all its rows, or was never asked for, is recorded as empty.
    """
    fetch, empty, unchanged = [], [], 0
    for day in dates:
        mine, theirs = held.get(day), source.get(day)
        if theirs is None:
            if mine is None or mine.rows:
                empty.append(day)
            else:
                unchanged += 1
        elif mine is None or (mine.rows, mine.token) != (theirs.rows, theirs.token):
            fetch.append(theirs)
        else:
            unchanged += 1
    return PullPlan(tuple(fetch), tuple(empty), unchanged)


def windows(partitions: Sequence[Partition], max_rows: int) -> list[tuple[Partition, ...]]:
    """Consecutive partitions in groups of at most ``max_rows`` rows, at least one in each."""
    groups: list[list[Partition]] = []
    rows = max_rows
    for partition in partitions:
        rows += partition.rows
        if rows > max_rows:
            groups.append([])
            rows = partition.rows
        groups[-1].append(partition)
    return [tuple(group) for group in groups]
