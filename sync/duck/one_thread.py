"""Runs a writer's small statements by one thread, which costs less than to share them out."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sync.duck.quoting import quote_literal
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

_THREADS = sql("SELECT current_setting('threads')")


@contextmanager
def one_thread(con: duckdb.DuckDBPyConnection, *, wanted: bool = True) -> Iterator[None]:
    """One thread for the length of the block, then as many as before.

    Threads belong to the instance, not to the session: only for a writer, who has it for himself.

    Args:
        con: A session of `connections.opened` that is not read-only.
        wanted: Without it, the block runs as it would.
    """
    (threads,) = con.execute(_THREADS).fetchall()[0]
    if not wanted or threads == 1:
        yield
        return
    con.execute("SET GLOBAL threads = 1")
    try:
        yield
    finally:
        # A session of its own: the block's may be in a transaction that failed.
        with closing(con.cursor()) as own:
            own.execute(sql("SET GLOBAL threads = {}", quote_literal(str(threads))))
