"""Reads the streams of Storage Read sessions in parallel into one stream of record batches."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sync.bigquery.errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    import pyarrow as pa

QUEUED_BATCHES = 32
_POLL_SECONDS = 0.1


@contextmanager
def drained(
    sources: Sequence[Callable[[], Iterable[pa.RecordBatch]]], parallel: int, subject: str
) -> Iterator[Iterator[pa.RecordBatch]]:
    """All batches of all sources, in no order, at most ``parallel`` sources at a time.

    At most ``QUEUED_BATCHES`` wait in memory. The first error of any source is raised from the
    iteration, and the others stop; leaving the context stops all of them.
    """
    pool = ThreadPoolExecutor(max(1, min(parallel, len(sources))), "bigquery-read")
    channel = _Channel(subject)
    try:
        yield channel.batches(
            [pool.submit(channel.drain, number, source) for number, source in enumerate(sources)]
        )
    finally:
        channel.closed.set()
        pool.shutdown(wait=True, cancel_futures=True)


class _Channel:
    """A bounded queue of batches; a number in it is that of a source that has ended."""

    def __init__(self, subject: str) -> None:
        self.closed = threading.Event()
        self._subject = subject
        self._queue: queue.Queue[pa.RecordBatch | int] = queue.Queue(QUEUED_BATCHES)

    def drain(self, number: int, source: Callable[[], Iterable[pa.RecordBatch]]) -> None:
        """Runs in a worker thread; an error stays in its future until the consumer asks."""
        try:
            with translated(self._subject):
                for batch in source():
                    if not self._put(batch):
                        return
        finally:
            self._put(number)

    def batches(self, workers: Sequence[Future[None]]) -> Iterator[pa.RecordBatch]:
        """Runs in the consumer's thread."""
        left = len(workers)
        while left:
            item = self._queue.get()
            if isinstance(item, int):
                workers[item].result()
                left -= 1
            else:
                yield item

    def _put(self, item: pa.RecordBatch | int) -> bool:
        """False if the consumer has stopped."""
        while not self.closed.is_set():
            try:
                self._queue.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False
