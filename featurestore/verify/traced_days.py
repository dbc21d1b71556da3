"""A cache of the last traced date of the process: its next value needs no computation."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from featurestore.verify.source_rows import TracedDay
from featurestore.verify.source_tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb

    from featurestore.compute.request import ComputeRequest
    from featurestore.definitions.sql_files import SqlFile
    from sync.replica.file import Replica

# One date of a season's rows takes some 50 MB.
_kept: dict[tuple[object, ...], TracedDay] = {}
_lock = Lock()


@contextmanager
def traced_day(
    con: duckdb.DuckDBPyConnection,
    replica: Replica,
    request: ComputeRequest,
    files: Iterable[SqlFile],
) -> Iterator[TracedDay]:
    """A traced date of a replica, cached until another is requested, or the replica changes.

    One thread at a time may have it, because its connections are not thread-safe.

    Args:
        con: Reads the replica.
        replica: Its file.
        request: One date, and the options.
        files: The relations.

    Raises:
        BadInput: GoogleSQL's analyzer refuses a relation; file and line are named.
        Refused: a construct of the SQL is not proven; file and line are named.
    """
    files = tuple(files)
    state = replica.path.stat()
    texts = tuple((file.name, file.text) for file in files)
    options = tuple(request.options().items())
    where = (str(replica.path.resolve()), state.st_mtime_ns, state.st_size, state.st_ino)
    key = (*where, request.dates, options, texts)
    with _lock:
        if key not in _kept:
            traced = TracedDay(read_rows(con, request, files), request, files)
            while _kept:
                _kept.popitem()[1].close()
            _kept[key] = traced
        yield _kept[key]
