"""The chunks of a backfill one after the other, or overlapping in threads."""

from __future__ import annotations

import tempfile
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from featurestore.backfill.batch import Chunk, Outcome, Work
from featurestore.backfill.fair_lock import SharedWarehouse, Turns, share
from featurestore.backfill.prefetch import SpooledWarehouse, spool
from featurestore.definitions import sql_files, tables
from sync.errors import BadInput, Failure, OverBudget, ReplicaLocked
from sync.model import DateRange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from sync.warehouse import Warehouse

    Announce = Callable[[str], Callable[[int, int], None] | None]

# No other chunk would fare better.
_FATAL = (BadInput, ReplicaLocked)


class Meter:
    """How much of a backfill is done, in rows: each stage of each chunk counts its chunk's rows.

    May be called by several threads.
    """

    def __init__(
        self, announce: Announce, rows: Mapping[date, int], stages: int, chunks: Sequence[Chunk]
    ) -> None:
        self._announce = announce
        self._rows = {chunk: sum(rows.get(day, 0) for day in chunk.days) for chunk in chunks}
        self._total = stages * sum(self._rows.values())
        self._overall = announce("backfill") if self._total else None
        self._done: dict[tuple[Chunk, str], float] = {}
        self._lock = threading.Lock()

    def stage(self, chunk: Chunk, stage: str) -> Callable[[int, int], None]:
        """The progress callback of one stage of one chunk."""
        bar = self._announce(stage)

        def advance(done: int, total: int) -> None:
            if bar:
                bar(done, total)
            self._reached(chunk, stage, done / total if total else 1)

        return advance

    def ended(self, chunk: Chunk, *stages: str) -> None:
        """Count the stages as done, however far they came."""
        for stage in stages:
            self._reached(chunk, stage, 1)

    def _reached(self, chunk: Chunk, stage: str, ratio: float) -> None:
        if self._overall:
            with self._lock:
                self._done[chunk, stage] = self._rows[chunk] * ratio
                self._overall(round(sum(self._done.values())), self._total)


def meter(work: Work, chunks: Sequence[Chunk], announce: Announce) -> Meter:
    """A meter in the warehouse's rows; they are asked for only where somebody looks."""
    rows: dict[date, int] = {}
    if announce("backfill"):
        span = DateRange(chunks[0].span.start, chunks[-1].span.end)
        with work.warehouse.snapshot() as snapshot:
            found = snapshot.partitions(tables.tables()[tables.SUMMARY], span)
        rows = {day: partition.rows for day, partition in found.items()}
    return Meter(announce, rows, 2 if work.options.no_push else 3, chunks)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Runs chunks; ``work.options.parallel`` says how many may be at work at a time."""

    work: Work
    meter: Meter

    def run(self, chunks: Sequence[Chunk]) -> list[Outcome]:
        """An outcome for each chunk, in order; a chunk after one that was over budget has none.

        Raises:
            ReplicaLocked: another process writes; the dates at work stay pending.
            BadInput: a file or a setting cannot be used.
        """
        if self.work.options.parallel > 1:
            return self._overlapping(chunks)
        outcomes = []
        for chunk in chunks:
            outcome = Outcome(chunk)
            outcomes.append(outcome)
            if self._prepare(self.work, outcome, self.work.warehouse):
                self._finish(self.work, outcome)
            if isinstance(outcome.error, OverBudget):
                break
        return outcomes

    def _overlapping(self, chunks: Sequence[Chunk]) -> list[Outcome]:
        """Read chunks ahead and push finished ones, each in its thread, while one computes."""
        work = self._shared()
        ahead = work.options.parallel - 1
        outcomes: list[Outcome] = []
        pushes: list[Future[None]] = []
        reads: list[Future[SpooledWarehouse]] = []
        with (
            tempfile.TemporaryDirectory(prefix="featurestore-") as folder,
            ThreadPoolExecutor(ahead, "read") as reader,
            ThreadPoolExecutor(1, "push") as pusher,
        ):
            try:
                for number, chunk in enumerate(chunks):
                    for following in range(len(reads), min(number + ahead + 1, len(chunks))):
                        before = chunks[following - 1] if following else None
                        reads.append(
                            reader.submit(self._read, work, chunks[following], before, Path(folder))
                        )
                    outcome = Outcome(chunk)
                    outcomes.append(outcome)
                    source = self._source(work, outcome, reads[number])
                    if self._prepare(work, outcome, source):
                        pushes.append(pusher.submit(self._finish, work, outcome))
                    if isinstance(outcome.error, OverBudget):
                        break
            finally:
                reader.shutdown(wait=True, cancel_futures=True)
            for push in pushes:
                push.result()
        return outcomes

    def _shared(self) -> Work:
        warehouse = self.work.warehouse
        if not warehouse.url.startswith("bigquery://"):
            warehouse = SharedWarehouse(warehouse, Turns())
        return replace(self.work, replica=share(self.work.replica), warehouse=warehouse)

    def _read(
        self, work: Work, chunk: Chunk, before: Chunk | None, folder: Path
    ) -> SpooledWarehouse:
        needed = chunk.span.with_lookback(sql_files.lookback_days())
        after = before.span.end if before else None
        inputs = [tables.tables()[name] for name in (tables.SUMMARY, tables.INJURIES)]
        spooled = [
            spool(work.replica, work.warehouse, table, needed, folder, after=after)
            for table in inputs
        ]
        return SpooledWarehouse(work.warehouse.url, spooled)

    def _source(self, work: Work, outcome: Outcome, read: Future[SpooledWarehouse]) -> Warehouse:
        """What was read ahead; the warehouse itself where that is not all, or failed."""
        with outcome.timed("pull"):
            try:
                spooled = read.result()
            except (Failure, OSError):
                # No disk space for the files, say; the pull itself tells what is really wrong.
                return work.warehouse
            return spooled if spooled.serves(work.replica) else work.warehouse

    def _prepare(self, work: Work, outcome: Outcome, source: Warehouse) -> bool:
        chunk = outcome.chunk
        pulling, computing = self.meter.stage(chunk, "pull"), self.meter.stage(chunk, "compute")
        try:
            work.prepare(outcome, source, pulling, computing)
        except _FATAL:
            raise
        except Failure as error:
            work.fail(outcome, error)
            return False
        finally:
            self.meter.ended(chunk, "pull", "compute")
        return True

    def _finish(self, work: Work, outcome: Outcome) -> None:
        self.meter.stage(outcome.chunk, "push")
        try:
            work.finish(outcome)
        except _FATAL:
            raise
        except Failure as error:
            work.fail(outcome, error)
        finally:
            self.meter.ended(outcome.chunk, "push")
