"""The batches of a backfill: one after the other, or one pushed while the next is computed."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from featurestore.backfill.batch import Batch, BatchResult, BatchRunner
from featurestore.backfill.fair_lock import FairLock, SharedWarehouse, share
from sync.errors import BadInput, Failure, OverBudget, ReplicaLocked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.backfill.progress import Meter

# These would fail every other batch, too.
_FATAL = (BadInput, ReplicaLocked)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Runs batches, up to ``work.options.parallel`` of them at the same time."""

    work: BatchRunner
    meter: Meter

    def run(self, batches: Sequence[Batch]) -> list[BatchResult]:
        """A result for each batch, in order, up to the first that is over budget.

        Raises:
            ReplicaLocked: another process writes; the dates in progress stay pending.
            BadInput: a file or a setting cannot be used.
        """
        if self.work.options.parallel > 1:
            return self._overlapping(batches)
        results = []
        for batch in batches:
            result = BatchResult(batch)
            results.append(result)
            if self._prepare(self.work, result):
                self._finish(self.work, result)
            if isinstance(result.error, OverBudget):
                break
        return results

    def _overlapping(self, batches: Sequence[Batch]) -> list[BatchResult]:
        """Push finished batches in a thread, one after the other, while the next is computed."""
        work = self._shared()
        results: list[BatchResult] = []
        pushes: list[Future[None]] = []
        with ThreadPoolExecutor(1, "push") as pusher:
            try:
                for batch in batches:
                    result = BatchResult(batch)
                    results.append(result)
                    if self._prepare(work, result):
                        pushes.append(pusher.submit(self._finish, work, result))
                    # A batch that waits for its push counts as in progress.
                    for push in pushes[: 1 - work.options.parallel]:
                        push.result()
                    if any(isinstance(one.error, OverBudget) for one in results):
                        break
            except BaseException:
                # Such as an interrupt: a running push finishes, no other one starts.
                pusher.shutdown(wait=False, cancel_futures=True)
                raise
            for push in pushes:
                push.result()
        return results

    def _shared(self) -> BatchRunner:
        warehouse = self.work.warehouse
        if not warehouse.url.startswith("bigquery://"):
            warehouse = SharedWarehouse(warehouse, FairLock())
        return replace(self.work, replica=share(self.work.replica), warehouse=warehouse)

    def _prepare(self, work: BatchRunner, result: BatchResult) -> bool:
        batch = result.batch
        pulling, computing = self.meter.stage(batch, "pull"), self.meter.stage(batch, "compute")
        try:
            work.prepare(result, pulling, computing)
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
