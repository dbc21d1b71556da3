"""A stream of record batches that records how much passed through it, and whether it failed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from sync.errors import Failure, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


class WatchedStream:
    """Passes a reader's batches on to DuckDB.

    DuckDB replaces the error of a stream by its own; the original is kept here.

    Attributes:
        bytes: Arrow bytes so far.
        died: Whether the source, not its consumer, ended the stream with an error.
        failure: The Failure that the source raised, if any.
    """

    def __init__(self, source: pa.RecordBatchReader) -> None:
        self._source = source
        self.bytes = 0
        self.died = False
        self.failure: Failure | None = None

    def reader(self) -> pa.RecordBatchReader:
        """The stream to consume, once."""
        return pa.RecordBatchReader.from_batches(self._source.schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        batches = iter(self._source)
        while True:
            self.died = True
            try:
                batch = next(batches, None)
            except Failure as failure:
                self.failure = failure
                raise
            self.died = False
            if batch is None:
                return
            self.bytes += batch.nbytes
            yield batch


@contextmanager
def arriving(
    con: duckdb.DuckDBPyConnection,
    name: str,
    reader: pa.RecordBatchReader,
    subject: str,
    *,
    hint: str = "run the same command again",
) -> Iterator[WatchedStream]:
    """The reader's rows as a relation of the connection, during the block.

    Args:
        con: Reads the relation, once.
        name: The name of the relation.
        reader: The rows.
        subject: The table that they come from.
        hint: What to do if the stream breaks off.

    Raises:
        Failure: the source's own, if it ended the stream.
        WarehouseFailed: the stream broke off.
    """
    stream = WatchedStream(reader)
    con.register(name, stream.reader())
    try:
        yield stream
    except duckdb.ConstraintException:
        # An error in a row, even while another thread waits for the next batch.
        raise
    except duckdb.Error as error:
        if not stream.died:
            raise
        raise stream.failure or WarehouseFailed(
            f"{subject}: the stream broke off: {str(error).splitlines()[0]}",
            hint=hint,
            table=subject,
        ) from error
    con.unregister(name)
