"""A BigQuery dataset at one moment: metadata by query, rows by the Storage Read API."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
from google.api_core import exceptions as google

from sync.bigquery import sql
from sync.bigquery.batches import checked
from sync.bigquery.errors import translate, translated
from sync.bigquery.live_table import expirations, is_daily, missing, refuse_undated
from sync.bigquery.schema import arrow_type, live_columns
from sync.bigquery.sessions import open_session, read_stream
from sync.bigquery.streams import drained
from sync.counted import counted
from sync.model import Partition
from sync.tokens import tagged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from google.cloud import bigquery

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.jobs import Jobs
    from sync.errors import Failure
    from sync.model import Column, DateRange, Table

_WITHOUT_DATE = ("__NULL__", "__UNPARTITIONED__")


class BigQuerySnapshot:
    """Reads at one snapshot time, taken from the server's clock.

    BigQuery's metadata (etag, schema, last modification) are always the newest; rows, counts and
    tokens are those of the snapshot.
    """

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        jobs: Jobs,
        *,
        newest: bool = False,
        datasets: Mapping[str, str] | None = None,
    ) -> None:
        """Tables have their declared names with ``datasets``, and their live names without."""
        self._clients = clients
        self._settings = settings
        self._jobs = jobs
        self._datasets = datasets or {}
        # A writer needs the newest state every time; the emulator has no time travel.
        self._timeless = newest or clients.emulated
        self._at: datetime | None = None
        self._rows: dict[str, dict[date, int]] = {}
        self._absent: dict[str, Failure] = {}
        self._live: dict[str, tuple[Column, ...]] = {}
        self._spelled: dict[str, dict[str, str]] = {}

    @property
    def at(self) -> datetime | None:
        """The snapshot time, or None for the newest state."""
        if self._at is None and not self._timeless:
            rows = self._jobs.rows(sql.now_sql(), "snapshot time")
            self._at = rows[0]["now"].astimezone(UTC)
        return self._at

    def columns(self, table: Table) -> tuple[Column, ...] | None:
        """The live columns with GoogleSQL types, from ``tables.get``."""
        return self._columns(table.renamed(self._datasets))

    def column_names(self, dataset: str, name: str) -> tuple[str, ...] | None:
        """The columns of any table of the project, in lower case; None if it does not exist."""
        path = f"{self._settings.project}.{dataset}.{name}"
        with translated(f"{dataset}.{name}"):
            try:
                live = self._clients.rest.get_table(path, retry=self._settings.retry())
            except google.NotFound:
                return None
        return tuple(field.name.lower() for field in live.schema)

    def etag(self, table: Table) -> str:
        """``tables.get``: etag, rows, last modification.

        Always new where it is not reliable: on the emulator, and while there are rows in the
        table's write buffer, which change none of the three.
        """
        live = self._require(table.renamed(self._datasets))
        if self._clients.emulated or live.streaming_buffer:
            return uuid.uuid4().hex
        modified = live.modified.isoformat() if live.modified else ""
        return f"{live.etag}|{live.num_rows}|{modified}"

    def blocking_issues(self, table: Table) -> tuple[str, ...]:
        """A wrong location, rows in the write buffer, rows without a date; a query of 10 MB."""
        table = table.renamed(self._datasets)
        live = self._require(table)
        ours = self._settings.location
        if live.location and live.location.casefold() != ours.casefold():
            # Any query of it would fail with "no such table".
            return (
                f"is in {live.location}, the warehouse's location is {ours}:"
                f" set ?location={live.location}",
            )
        day = table.partition_column
        blocking_issues = []
        if live.streaming_buffer:
            rows = live.streaming_buffer.estimated_rows or 0
            blocking_issues.append(
                f"about {rows} rows in __UNPARTITIONED__ are still in the write buffer"
            )
        query = sql.null_rows_sql(self._settings.project, table)
        if rows := self._jobs.rows(query, table.full_name)[0]["row_count"]:
            blocking_issues.append(f"{counted(rows, 'row')} in __NULL__, without {day}")
        return tuple(blocking_issues)

    def warnings(self, table: Table) -> tuple[str, ...]:
        """Expirations, and a table that is not partitioned as declared; from ``tables.get``."""
        live = self._require(table.renamed(self._datasets))
        expires = expirations(live)
        if is_daily(live, table):
            return expires
        kind = live.time_partitioning
        shown = (
            "not partitioned" if kind is None else f"partitioned by {kind.type_} of {kind.field}"
        )
        return (
            f"is {shown}, declared by DAY of {table.partition_column}: every query of it reads"
            f" the whole table, {live.num_bytes or 0:,} bytes",
            *expires,
        )

    def expirations(self, table: Table) -> tuple[str, ...]:
        """Expirations of rows or the table; a dataset's default is in the table's metadata."""
        return expirations(self._require(table.renamed(self._datasets)))

    def partitions(
        self, table: Table, dates: DateRange, columns: Sequence[str] | None = None
    ) -> Mapping[date, Partition]:
        """One metadata query, and one over the range unless tokens are ``modified``.

        Metadata do not describe dates if the table is not partitioned by day, or has rows in a
        write buffer: then contents are compared, with any setting.
        """
        table = table.renamed(self._datasets)
        if columns is None and self._settings.tokens == "modified" and self._has_metadata(table):
            by_day = self._by_metadata(table, dates)
        else:
            self._refuse_undated(table)
            by_day = self._digests(table, list(dates), columns)
        self._rows[table.full_name] = {
            day: by_day[day].rows if day in by_day else 0 for day in dates
        }
        return by_day

    def digests(
        self, table: Table, days: Sequence[date], columns: Sequence[str] | None = None
    ) -> dict[date, Partition]:
        """The non-empty ones of ``days`` with tokens by content; scans the columns."""
        return self._digests(table.renamed(self._datasets), days, columns)

    def _digests(
        self, table: Table, days: Sequence[date], columns: Sequence[str] | None
    ) -> dict[date, Partition]:
        names = columns or table.token_columns(self._known_columns(table))
        query = sql.digests_sql(self._settings.project, table, days, names, self.at)
        return {
            row["day"]: Partition(row["day"], row["row_count"], tagged(row["token"], names))
            for row in self._jobs.rows(query, table.full_name)
        }

    def _columns(self, table: Table) -> tuple[Column, ...] | None:
        live = self._get(table)
        return None if live is None else self._live[table.full_name]

    def _known_columns(self, table: Table) -> tuple[Column, ...]:
        """The live columns in this snapshot; read once."""
        columns = self._live.get(table.full_name) or self._columns(table)
        if columns is None:
            raise self._missing(table)
        return columns

    @contextmanager
    def read(
        self, table: Table, columns: Sequence[str], dates: Sequence[date]
    ) -> Iterator[pa.RecordBatchReader]:
        """One session for all dates; the count is checked after the last batch."""
        table = table.renamed(self._datasets)
        live = self._columns(table)
        if live is None:
            raise self._missing(table)
        types_by_name = {column.name: column.type for column in (*live, *table.columns)}
        schema = pa.schema([(name, arrow_type(types_by_name[name])) for name in columns])
        # The case of selected fields may matter.
        spelled = self._spelled[table.full_name]
        storage, retry = self._clients.storage, self._settings.retry()
        sources = [
            partial(read_stream, storage, retry, name, session_schema)
            for name, session_schema in open_session(
                self._clients,
                self._settings,
                table.full_name,
                columns=[spelled[name] for name in columns],
                restriction=sql.bounds_sql(sql.quote(spelled[table.partition_column]), dates),
                at=self.at,
                account=self._jobs.account,
            )
        ]
        expected = self._expected(table, dates)
        with drained(sources, self._settings.parallel, table.full_name) as batches:
            counted = checked(batches, schema, expected, table.full_name)
            with pa.RecordBatchReader.from_batches(schema, counted) as reader:
                yield reader

    def _expected(self, table: Table, dates: Sequence[date]) -> int:
        """The number of rows that must arrive, from a query independent of the read sessions."""
        known = self._rows.get(table.full_name, {})
        if all(day in known for day in dates):
            return sum(known[day] for day in set(dates))
        query = sql.counts_sql(self._settings.project, table, dates, self.at)
        return int(self._jobs.rows(query, table.full_name)[0]["row_count"])

    def _has_metadata(self, table: Table) -> bool:
        live = self._require(table)
        return is_daily(live, table) and not live.streaming_buffer

    def _require(self, table: Table) -> bigquery.Table:
        live = self._get(table)
        if live is None:
            raise self._missing(table)
        return live

    def _get(self, table: Table) -> bigquery.Table | None:
        name = f"{self._settings.project}.{table.full_name}"
        with translated(table.full_name):
            try:
                live = self._clients.rest.get_table(name, retry=self._settings.retry())
                self._live[table.full_name] = live_columns(live.schema)
                self._spelled[table.full_name] = {f.name.lower(): f.name for f in live.schema}
                return live
            except google.NotFound as error:
                failure = translate(error, table.full_name)
                self._absent[table.full_name] = failure
                if failure.facts.get("object") == "project":
                    raise failure from error
                return None

    def _missing(self, table: Table) -> Failure:
        """The error for a table that `_get` did not find: its dataset may be missing."""
        failure = self._absent[table.full_name]
        return failure if failure.facts.get("object") == "dataset" else missing(table)

    def _by_metadata(self, table: Table, dates: DateRange) -> dict[date, Partition]:
        partitions: dict[date, Partition] = {}
        query = sql.partitions_sql(self._settings.project, table)
        for row in self._jobs.rows(query, table.full_name):
            name, rows, modified = row["partition_id"], row["total_rows"], row["last_modified_time"]
            if name in _WITHOUT_DATE:
                refuse_undated(table, name, rows)
            elif rows and (day := date.fromisoformat(name)) in dates:
                token = f"m1:{rows}:{modified.isoformat()}"
                partitions[day] = Partition(day, rows, token, modified)
        return partitions

    def _refuse_undated(self, table: Table) -> None:
        query = sql.null_rows_sql(self._settings.project, table)
        rows = self._jobs.rows(query, table.full_name)[0]["row_count"]
        refuse_undated(table, "__NULL__", rows)
