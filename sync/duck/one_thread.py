"""Runs a writer's small statements in one thread, which costs less than sharing the work."""

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
def one_thread(con: duckdb.DuckDBPyConnection, *, enabled: bool = True) -> Iterator[None]:
    """One thread during the block, then as many as before.

    Only for a writer: threads belong to the instance, which a writer does not share.

    Args:
        con: A session of `connections.opened` that is not read-only.
        enabled: Whether to do so; otherwise the block runs as usual.
    """
    (threads,) = con.execute(_THREADS).fetchall()[0]
    if not enabled or threads == 1:
        yield
        return
    con.execute("SET GLOBAL threads = 1")
    try:
        yield
    finally:
        # In a new session, because the block's may be in a failed transaction.
        with closing(con.cursor()) as own:
            own.execute(sql("SET GLOBAL threads = {}", quote_literal(str(threads))))
