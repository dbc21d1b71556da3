"""A user's statement on GoogleSQL's reference evaluator, over the rows that its bounds select."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from featurestore import query
from featurestore.evaluate.slices import Slice, selected
from featurestore.googlesql.analyzer import analyzer
from featurestore.googlesql.errors import GoogleSqlError
from featurestore.googlesql.evaluator import evaluate
from featurestore.googlesql.types import Typed, arrow_schema
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from featurestore.query_parameters import Given, Value
    from sync.replica.file import Replica

MOST_ROWS = 100_000
"""Default limit of rows for the evaluator: some 10 s of work."""

_GLANCE_SECONDS = 0.1


def query_reference(
    replica: Replica,
    sql: str,
    parameters: Mapping[str, Given] | None = None,
    *,
    most_rows: int = MOST_ROWS,
) -> pa.Table:
    """The rows of one SELECT from the language's reference evaluator; constructs need no rule.

    Aggregates take some 20,000 rows a second; a join compares every pair of rows.

    Raises:
        BadInput: as :func:`featurestore.query.query`; or a value is wrong, such as a division by 0.
        Refused: it is not one bounded SELECT, selects more than ``most_rows`` rows, or uses a
            function that the reference evaluator lacks.
    """
    values = query.analysed(sql, parameters or {})
    query.require_bounded(sql)
    return run(sql, values, selected(replica, sql, values, most_rows=most_rows))


def run(sql: str, values: Mapping[str, Value], rows: Slice) -> pa.Table:
    """A statement over the rows of a slice.

    Raises:
        BadInput: a value is wrong.
        Refused: the evaluator lacks a function.
    """
    import pyarrow as pa

    params = {name: Typed(value.type, value.value) for name, value in values.items()}
    answer = _in_background(lambda: evaluate(analyzer(), sql, params, rows.rows, schema=rows.types))
    columns, rows = answer
    return pa.Table.from_pylist(rows, schema=arrow_schema(columns))


def _in_background(work: Any) -> Any:
    """The result of work that cannot be interrupted, in another thread: Ctrl-C ends the wait.

    Raises:
        BadInput: the evaluator refuses a value.
        Refused: it lacks a function.
    """
    done: list[Any] = []
    failed: list[GoogleSqlError] = []

    def target() -> None:
        try:
            done.append(work())
        except GoogleSqlError as error:
            failed.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_GLANCE_SECONDS)
    if done:
        return done[0]
    error = failed[0]
    if error.is_unimplemented:
        raise Refused(
            f"query: the reference evaluator lacks a function: {error.summary}",
            hint="featurestore lint names what can be written instead",
        ) from error
    raise BadInput(f"query: {error.summary}") from error
