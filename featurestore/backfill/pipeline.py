"""The batches of a backfill one after the other, or overlapping in threads."""

from __future__ import annotations

import tempfile
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from featurestore.backfill.batch import Batch, BatchResult, BatchRunner
from featurestore.backfill.fair_lock import FairLock, SharedWarehouse, share
from featurestore.backfill.prefetch import PrefetchedWarehouse, prefetch
from featurestore.definitions import sql_files, tables
from sync.errors import BadInput, Failure, OverBudget, ReplicaLocked
from sync.model import DateRange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from sync.warehouse import Warehouse

    Announce = Callable[[str], Callable[[int, int], None] | None]

# No other batch would fare better.
_FATAL = (BadInput, ReplicaLocked)


class Meter:
    """How much of a backfill is done, in rows: each stage of each batch counts its batch's rows.

    May be called by several threads.
    """

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
        """Count the stages as done, however far they came."""
        for stage in stages:
            self._reached(batch, stage, 1)

    def _reached(self, batch: Batch, stage: str, ratio: float) -> None:
        if self._overall:
            with self._lock:
                self._done[batch, stage] = self._rows[batch] * ratio
                self._overall(round(sum(self._done.values())), self._total)


def meter(work: BatchRunner, batches: Sequence[Batch], announce: Announce) -> Meter:
    """A meter in the warehouse's rows; they are asked for only where somebody looks."""
    rows: dict[date, int] = {}
    if announce("backfill"):
        span = DateRange(batches[0].span.start, batches[-1].span.end)
        with work.warehouse.snapshot() as snapshot:
            found = snapshot.partitions(tables.tables()[tables.SUMMARY], span)
        rows = {day: partition.rows for day, partition in found.items()}
    return Meter(announce, rows, 2 if work.options.no_push else 3, batches)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Runs batches; ``work.options.parallel`` says how many may be at work at a time."""

    work: BatchRunner
    meter: Meter

    def run(self, batches: Sequence[Batch]) -> list[BatchResult]:
        """An result for each batch, in order; a batch after one that was over budget has none.

        Raises:
            ReplicaLocked: another process writes; the dates at work stay pending.
            BadInput: a file or a setting cannot be used.
        """
        if self.work.options.parallel > 1:
            return self._overlapping(batches)
        results = []
        for batch in batches:
            result = BatchResult(batch)
            results.append(result)
            if self._prepare(self.work, result, self.work.warehouse):
                self._finish(self.work, result)
            if isinstance(result.error, OverBudget):
                break
        return results

    def _overlapping(self, batches: Sequence[Batch]) -> list[BatchResult]:
        """Read batches ahead and push finished ones, each in its thread, while one computes."""
        work = self._shared()
        ahead = work.options.parallel - 1
        results: list[BatchResult] = []
        pushes: list[Future[None]] = []
        reads: list[Future[PrefetchedWarehouse]] = []
        with (
            tempfile.TemporaryDirectory(prefix="featurestore-") as folder,
            ThreadPoolExecutor(ahead, "read") as reader,
            ThreadPoolExecutor(1, "push") as pusher,
        ):
            try:
                for number, batch in enumerate(batches):
                    for following in range(len(reads), min(number + ahead + 1, len(batches))):
                        before = batches[following - 1] if following else None
                        reads.append(
                            reader.submit(
                                self._read, work, batches[following], before, Path(folder)
                            )
                        )
                    result = BatchResult(batch)
                    results.append(result)
                    source = self._source(work, result, reads[number])
                    if self._prepare(work, result, source):
                        pushes.append(pusher.submit(self._finish, work, result))
                    if isinstance(result.error, OverBudget):
                        break
            except BaseException:
                # An interrupt, say: the push at work ends, none begins.
                pusher.shutdown(wait=False, cancel_futures=True)
                raise
            finally:
                reader.shutdown(wait=True, cancel_futures=True)
            for push in pushes:
                push.result()
        return results

    def _shared(self) -> BatchRunner:
        warehouse = self.work.warehouse
        if not warehouse.url.startswith("bigquery://"):
            warehouse = SharedWarehouse(warehouse, FairLock())
        return replace(self.work, replica=share(self.work.replica), warehouse=warehouse)

    def _read(
        self, work: BatchRunner, batch: Batch, before: Batch | None, folder: Path
    ) -> PrefetchedWarehouse:
        needed = batch.span.with_lookback(sql_files.lookback_days())
        after = before.span.end if before else None
        inputs = [tables.tables()[name] for name in (tables.SUMMARY, tables.INJURIES)]
        prefetched = [
            prefetch(work.replica, work.warehouse, table, needed, folder, after=after)
            for table in inputs
        ]
        return PrefetchedWarehouse(work.warehouse.url, prefetched)

    def _source(
        self, work: BatchRunner, result: BatchResult, read: Future[PrefetchedWarehouse]
    ) -> Warehouse:
        """What was read ahead; the warehouse itself where that is not all, or failed."""
        with result.timed("pull"):
            try:
                prefetched = read.result()
            except (Failure, OSError):
                # No disk space for the files, say; the pull itself tells what is really wrong.
                return work.warehouse
            return prefetched if prefetched.serves(work.replica) else work.warehouse

    def _prepare(self, work: BatchRunner, result: BatchResult, source: Warehouse) -> bool:
        batch = result.batch
        pulling, computing = self.meter.stage(batch, "pull"), self.meter.stage(batch, "compute")
        try:
            work.prepare(result, source, pulling, computing)
        except _FATAL:
            raise
        except Failure as error:
            work.fail(result, error)
            return False
        finally:
            self.meter.ended(batch, "pull", "compute")
        return True

    def _finish(self, work: BatchRunner, result: BatchResult) -> None:
        self.meter.stage(result.batch, "push")
        try:
            work.finish(result)
        except _FATAL:
            raise
        except Failure as error:
            work.fail(result, error)
        finally:
            self.meter.ended(result.batch, "push")
