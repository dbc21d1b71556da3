"""Progress of a backfill over all its batches and stages."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from featurestore.definitions import tables
from sync.model import DateRange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from featurestore.backfill.batch import Batch, BatchRunner

    Announce = Callable[[str], Callable[[int, int], None] | None]


class Meter:
    """Progress in rows: each stage of a batch counts the batch's rows. Thread-safe."""

    def __init__(
        self, announce: Announce, rows: Mapping[date, int], stages: int, batches: Sequence[Batch]
    ) -> None:
        self._announce = announce
        self._rows = {batch: sum(rows.get(day, 0) for day in batch.days) for batch in batches}
        self._total = stages * sum(self._rows.values())
        self._overall = announce("backfill") if self._total else None
        self._done: dict[tuple[Batch, str], float] = {}
        self._lock = threading.Lock()

    def stage(self, batch: Batch, stage: str) -> Callable[[int, int], None]:
        """The progress callback of one stage of one batch."""
        bar = self._announce(stage)

        def advance(done: int, total: int) -> None:
            if bar:
                bar(done, total)
            self._reached(batch, stage, done / total if total else 1)

        return advance

    def ended(self, batch: Batch, *stages: str) -> None:
        """Count the stages as done, even if they failed."""
        for stage in stages:
            self._reached(batch, stage, 1)

    def _reached(self, batch: Batch, stage: str, ratio: float) -> None:
        if self._overall:
            with self._lock:
                self._done[batch, stage] = self._rows[batch] * ratio
                self._overall(round(sum(self._done.values())), self._total)


def meter(work: BatchRunner, batches: Sequence[Batch], announce: Announce) -> Meter:
    """A meter in rows of the warehouse, which are counted only if a bar is shown."""
    rows: dict[date, int] = {}
    if announce("backfill"):
        dates = DateRange(batches[0].dates.start, batches[-1].dates.end)
        with work.warehouse.snapshot() as snapshot:
            partitions = snapshot.partitions(tables.tables()[tables.SUMMARY], dates)
        rows = {day: partition.rows for day, partition in partitions.items()}
    return Meter(announce, rows, 2 if work.options.no_push else 3, batches)
