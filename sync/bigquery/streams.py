"""Drains the streams of Storage Read sessions in parallel into one stream of record batches."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from sync.bigquery.errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

QUEUED_BATCHES = 32
_POLL_SECONDS = 0.1


class _Closed(Exception):
    """The consumer went away."""


@contextmanager
def drained(
    sources: Sequence[Callable[[], Iterable[pa.RecordBatch]]], parallel: int, subject: str
) -> Iterator[Iterator[pa.RecordBatch]]:
    """All batches of all sources, in no order, at most ``parallel`` sources at a time.

    At most ``QUEUED_BATCHES`` wait in memory. The first error of any source is raised from the
    iteration, and the others stop; leaving the context stops all of them.
    """
    batches: queue.Queue[pa.RecordBatch | BaseException | None] = queue.Queue(QUEUED_BATCHES)
    closed = threading.Event()

    def put(item: pa.RecordBatch | BaseException | None) -> None:
        while not closed.is_set():
            try:
                batches.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return
        raise _Closed

    def drain(source: Callable[[], Iterable[pa.RecordBatch]]) -> None:
        try:
            with translated(subject):
                for batch in source():
                    put(batch)
            put(None)
        except _Closed:
            return
        except BaseException as error:
            # Whatever it is belongs to the consumer's thread, where it is raised again.
            try:
                put(error)
            except _Closed:
                return

    def consume() -> Iterator[pa.RecordBatch]:
        running = len(sources)
        while running:
            item = batches.get()
            if item is None:
                running -= 1
            elif isinstance(item, BaseException):
                raise item
            else:
                yield item

    pool = ThreadPoolExecutor(max(1, min(parallel, len(sources))), "bigquery-read")
    try:
        for source in sources:
            pool.submit(drain, source)
        yield consume()
    finally:
        closed.set()
        pool.shutdown(wait=True, cancel_futures=True)
