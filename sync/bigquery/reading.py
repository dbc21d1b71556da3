"""A BigQuery dataset at one moment: metadata by query, rows by the Storage Read API."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
from google.api_core import exceptions as google
from google.cloud.bigquery_storage_v1 import types

from sync.bigquery import sql
from sync.bigquery.errors import translated
from sync.bigquery.schema import arrow_type, live_columns
from sync.bigquery.streams import drained
from sync.errors import Refused, WarehouseFailed
from sync.model import Partition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from google.cloud import bigquery

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.jobs import Jobs
    from sync.model import Column, DateRange, Table

_WITHOUT_DATE = ("__NULL__", "__UNPARTITIONED__")


class BigQuerySnapshot:
    """Reads at one snapshot time, taken from the server's clock.

    Metadata of BigQuery (etag, schema, last modification) is always the newest; rows, counts and
    tokens are those of the snapshot.
    """

    def __init__(
        self, clients: Clients, settings: Settings, jobs: Jobs, *, newest: bool = False
    ) -> None:
        self._clients = clients
        self._settings = settings
        self._jobs = jobs
        # A writer looks at the newest state again and again; the emulator's reads have no past.
        self._timeless = newest or clients.emulated
        self._at: datetime | None = None
        self._rows: dict[str, dict[date, int]] = {}

    @property
    def at(self) -> datetime | None:
        """The snapshot time, or None for the newest state."""
        if self._at is None and not self._timeless:
            rows = self._jobs.rows(sql.now_sql(), "snapshot time")
            self._at = rows[0]["now"].astimezone(UTC)
        return self._at

    def columns(self, table: Table) -> tuple[Column, ...] | None:
        """The live columns with GoogleSQL types, from ``tables.get``."""
        found = self._get(table)
        return None if found is None else live_columns(found.schema)

    def etag(self, table: Table) -> str:
        """``tables.get``: etag, rows, last modification. On the emulator never twice the same."""
        found = self._get(table)
        if found is None:
            raise missing(table)
        if self._clients.emulated:
            return uuid.uuid4().hex
        modified = found.modified.isoformat() if found.modified else ""
        return f"{found.etag}|{found.num_rows}|{modified}"

    def partitions(self, table: Table, dates: DateRange) -> Mapping[date, Partition]:
        """One metadata query, and one over the range unless tokens are ``modified``."""
        if self._settings.tokens == "modified":
            found = self._by_metadata(table, dates)
        else:
            self._refuse_undated(table)
            found = self.digests(table, list(dates))
        self._rows[table.full_name] = {day: found[day].rows if day in found else 0 for day in dates}
        return found

    def digests(self, table: Table, days: Sequence[date]) -> dict[date, Partition]:
        """The non-empty ones of ``days`` with tokens by content; scans them."""
        query = sql.digests_sql(self._settings.project, table, days, self.at)
        return {
            row["day"]: Partition(row["day"], row["row_count"], row["token"])
            for row in self._jobs.rows(query, table.full_name)
        }

    @contextmanager
    def read(
        self, table: Table, columns: Sequence[str], dates: Sequence[date]
    ) -> Iterator[pa.RecordBatchReader]:
        """One session a contiguous window; the count is checked when the last batch is out."""
        live = self.columns(table)
        if live is None:
            raise missing(table)
        types_by_name = {column.name: column.type for column in (*live, *table.columns)}
        schema = pa.schema([(name, arrow_type(types_by_name[name])) for name in columns])
        sources = [
            partial(self._stream, name, session_schema)
            for first, last in windows(dates)
            for name, session_schema in self._session(table, columns, first, last)
        ]
        expected = self._expected(table, dates)
        with drained(sources, self._settings.parallel, table.full_name) as batches:
            checked = _checked(batches, schema, expected, table.full_name)
            with pa.RecordBatchReader.from_batches(schema, checked) as reader:
                yield reader

    def _session(
        self, table: Table, columns: Sequence[str], first: date, last: date
    ) -> list[tuple[str, pa.Schema]]:
        project = self._settings.project
        session = types.ReadSession(
            table=f"projects/{project}/datasets/{table.dataset}/tables/{table.name}",
            data_format=types.DataFormat.ARROW,
            read_options=types.ReadSession.TableReadOptions(
                selected_fields=list(columns),
                row_restriction=sql.restriction_sql(table.partition_column, first, last),
            ),
        )
        if self.at is not None:
            session.table_modifiers = types.ReadSession.TableModifiers(snapshot_time=self.at)
        with translated(table.full_name):
            opened = self._clients.storage.create_read_session(
                parent=f"projects/{project}",
                read_session=session,
                max_stream_count=self._settings.parallel,
                timeout=self._settings.timeout_seconds,
            )
        if not opened.streams:
            return []
        schema = pa.ipc.read_schema(pa.py_buffer(opened.arrow_schema.serialized_schema))
        return [(stream.name, schema) for stream in opened.streams]

    def _stream(self, name: str, schema: pa.Schema) -> Iterable[pa.RecordBatch]:
        # The client itself resumes a broken stream at the row where it broke.
        for message in self._clients.storage.read_rows(name):  # type: ignore[no-untyped-call]
            data = pa.py_buffer(message.arrow_record_batch.serialized_record_batch)
            yield pa.ipc.read_record_batch(data, schema)

    def _expected(self, table: Table, dates: Sequence[date]) -> int:
        """Rows that must arrive, counted independently of the read sessions."""
        known = self._rows.get(table.full_name, {})
        if all(day in known for day in dates):
            return sum(known[day] for day in set(dates))
        query = sql.counts_sql(self._settings.project, table, dates, self.at)
        return int(self._jobs.rows(query, table.full_name)[0]["row_count"])

    def _get(self, table: Table) -> bigquery.Table | None:
        name = f"{self._settings.project}.{table.full_name}"
        with translated(table.full_name):
            try:
                return self._clients.rest.get_table(name, retry=self._settings.retry())
            except google.NotFound:
                return None

    def _by_metadata(self, table: Table, dates: DateRange) -> dict[date, Partition]:
        found: dict[date, Partition] = {}
        query = sql.partitions_sql(self._settings.project, table)
        for row in self._jobs.rows(query, table.full_name):
            name, rows, modified = row["partition_id"], row["total_rows"], row["last_modified_time"]
            if name in _WITHOUT_DATE:
                refuse_undated(table, name, rows)
            elif rows and (day := date.fromisoformat(name)) in dates:
                token = f"m1:{rows}:{modified.isoformat()}"
                found[day] = Partition(day, rows, token, modified)
        return found

    def _refuse_undated(self, table: Table) -> None:
        query = sql.null_rows_sql(self._settings.project, table)
        rows = self._jobs.rows(query, table.full_name)[0]["row_count"]
        refuse_undated(table, "__NULL__", rows)


def refuse_undated(table: Table, partition: str, rows: int) -> None:
    """Refused if ``partition``, one of those that stand for no date, holds rows."""
    if rows:
        raise Refused(
            f"{table.full_name}: {rows} rows in {partition}, without a {table.partition_column}",
            hint=f"give them a {table.partition_column} or delete them in the warehouse",
            table=table.full_name,
            rows=rows,
        )


def missing(table: Table) -> WarehouseFailed:
    """The error for a table that is not there."""
    return WarehouseFailed(
        f"{table.full_name}: no such table in the warehouse",
        hint="featurestore init",
        table=table.full_name,
    )


def windows(dates: Sequence[date]) -> list[tuple[date, date]]:
    """The dates as contiguous windows, ascending, both ends included."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(dates)):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _checked(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, expected: int, subject: str
) -> Iterator[pa.RecordBatch]:
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        try:
            yield batch.select(schema.names).cast(schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise Refused(
                f"{subject}: a column's type differs from the declared one: {error}",
                hint="featurestore doctor",
            ) from error
    if rows != expected:
        raise WarehouseFailed(
            f"{subject}: {rows} rows arrived, {expected} were counted",
            hint="run the same command again",
            rows=rows,
            expected=expected,
        )
