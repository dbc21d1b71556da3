"""Opens Storage Read sessions and reads their streams."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
from google.cloud.bigquery_storage_v1 import types

from sync.bigquery.errors import translated
from sync.budget import Spent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from google.api_core.retry import Retry
    from google.cloud.bigquery_storage_v1 import BigQueryReadClient

    from sync.bigquery.client import Clients, Settings
    from sync.budget import Account


def open_session(
    clients: Clients,
    settings: Settings,
    table: str,
    *,
    columns: Sequence[str] = (),
    restriction: str = "",
    at: datetime | None = None,
    account: Account | None = None,
) -> list[tuple[str, pa.Schema]]:
    """The streams of one session, each with the schema of its batches.

    Args:
        clients: Google's clients.
        settings: The project that pays, and the number of streams.
        table: ``dataset.table``.
        columns: Selected columns; by default all.
        restriction: A condition on the rows.
        at: The snapshot time; by default now.
        account: Records the bytes; opening a session is free, reading its rows is not.

    Raises:
        OverBudget: the rows would cost more than is left of the run's budget.
    """
    dataset, name = table.split(".")
    session = types.ReadSession(
        table=f"projects/{settings.project}/datasets/{dataset}/tables/{name}",
        data_format=types.DataFormat.ARROW,
        read_options=types.ReadSession.TableReadOptions(
            selected_fields=list(columns), row_restriction=restriction
        ),
    )
    if at is not None:
        session.table_modifiers = types.ReadSession.TableModifiers(snapshot_time=at)
    with translated(table):
        opened = clients.storage.create_read_session(
            parent=f"projects/{settings.payer}",
            read_session=session,
            max_stream_count=settings.parallel,
            retry=settings.retry(),
            timeout=settings.timeout_seconds,
        )
    if not opened.streams:
        return []
    if account is not None:
        read = int(opened.estimated_total_bytes_scanned)
        account.require(read, table)
        now = datetime.now(UTC)
        account.add(Spent(opened.name, "read", table, read, read, 0.0, now))
    schema = pa.ipc.read_schema(pa.py_buffer(opened.arrow_schema.serialized_schema))
    return [(stream.name, schema) for stream in opened.streams]


def read_stream(
    storage: BigQueryReadClient, retry: Retry, name: str, schema: pa.Schema
) -> Iterable[pa.RecordBatch]:
    """The batches of a stream; the client resumes a broken one where it broke.

    ``retry`` limits how long it tries: its default is a day.
    """
    for message in storage.read_rows(name, retry=retry):
        data = pa.py_buffer(message.arrow_record_batch.serialized_record_batch)
        yield pa.ipc.read_record_batch(data, schema)
