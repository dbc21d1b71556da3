"""Runs a query in BigQuery and reads its rows, through a table that expires."""

from __future__ import annotations

import re
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
from google.cloud import bigquery

from sync.bigquery import sql as texts
from sync.bigquery.cost import billed_bytes
from sync.bigquery.errors import translated
from sync.bigquery.schema import arrow_type, live_columns
from sync.bigquery.sessions import open_session, read_stream
from sync.bigquery.streams import drained
from sync.errors import BadInput, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.jobs import Jobs
    from sync.budget import Account

RESULT_DAYS = 1
_PARAMETER = re.compile(r"@(\w+)")
# A bool is an int, and a datetime a date: the narrower type first.
_TYPES = (
    (bool, "BOOL"), (int, "INT64"), (float, "FLOAT64"), (str, "STRING"),
    (datetime, "TIMESTAMP"), (date, "DATE"),
)  # fmt: skip


@dataclass(slots=True)
class Ran:
    """A query that was run; its rows can be read while the context of :func:`run` is open.

    Attributes:
        job_id: Of the query job.
        seconds: From the job's start to its end, as the server tells; with an emulator, as
            measured here.
        scanned_bytes: Bytes the query read.
        billed_bytes: Bytes that are paid for.
        rows: Number of rows of the result.
        schema: Arrow types of the result's columns.
    """

    job_id: str
    seconds: float
    scanned_bytes: int
    billed_bytes: int
    rows: int
    schema: pa.Schema
    _clients: Clients
    _settings: Settings
    _table: str
    _account: Account
    _stack: ExitStack = field(default_factory=ExitStack)

    def reader(self) -> pa.RecordBatchReader:
        """All rows, or an error: the count is checked when the last batch is out.

        Raises:
            WarehouseFailed: a stream broke off, or rows are missing; from the iteration.
        """
        storage, retry = self._clients.storage, self._settings.retry()
        sources = [
            partial(read_stream, storage, retry, name, schema)
            for name, schema in open_session(
                self._clients, self._settings, self._table, account=self._account
            )
        ]
        streams = drained(sources, self._settings.parallel, self._table)
        batches = self._stack.enter_context(streams)
        return pa.RecordBatchReader.from_batches(self.schema, self._counted(batches))

    def _counted(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = 0
        for batch in batches:
            rows += batch.num_rows
            yield batch.select(self.schema.names).cast(self.schema)
        if rows != self.rows:
            raise WarehouseFailed(
                f"{self._table}: {rows} rows arrived, the query gave {self.rows}",
                hint="run the same command again",
                rows=rows,
                expected=self.rows,
            )


@contextmanager
def run(
    clients: Clients,
    settings: Settings,
    jobs: Jobs,
    sql: str,
    parameters: Mapping[str, object],
    *,
    dataset: str,
    subject: str,
    labels: Mapping[str, str],
) -> Iterator[Ran]:
    """Run one query; its rows stand in a table of ``dataset`` that expires after a day.

    A dry run comes first; the job has a limit of bytes, and is cancelled on the server when it
    takes longer than ``settings.query_seconds``. The table is dropped when the block ends.

    Args:
        clients: Google's clients.
        settings: Project, location, limits.
        jobs: Runs the job.
        sql: One GoogleSQL query, sent as it is.
        parameters: Values by name; those that the query does not name are left out.
        dataset: Takes the result.
        subject: For error messages and the ledger of costs.
        labels: For the job and the table.

    Raises:
        BadInput: a parameter has no value, or one of an unknown type.
        OverBudget: the query would read more than is allowed; nothing was spent.
        Refused: BigQuery refuses the statement.
        WarehouseFailed: it failed, or took too long and was cancelled.
    """
    name = f"featurestore_result_{uuid.uuid4().hex[:12]}"
    table = f"{settings.project}.{dataset}.{name}"
    statement = texts.result_sql(
        settings.project, dataset, name, sql, datetime.now(UTC) + timedelta(days=RESULT_DAYS)
    )
    typed = typed_parameters(sql, parameters)
    try:
        job = jobs.run(statement, subject, labels, typed)
        with translated(subject):
            result = clients.rest.get_table(table, retry=settings.retry())
        columns = live_columns(result.schema)
        schema = pa.schema([(column.name, arrow_type(column.type)) for column in columns])
        scanned = int(job.total_bytes_processed or 0)
        ran = Ran(
            job_id=str(job.job_id),
            seconds=_seconds(job),
            scanned_bytes=scanned,
            billed_bytes=int(job.total_bytes_billed or billed_bytes(scanned)),
            rows=int(result.num_rows or 0),
            schema=schema,
            _clients=clients,
            _settings=settings,
            _table=f"{dataset}.{name}",
            _account=jobs.account,
        )
        with ran._stack:
            yield ran
    finally:
        with translated(subject):
            clients.rest.delete_table(table, not_found_ok=True, retry=settings.retry())


def typed_parameters(
    sql: str, parameters: Mapping[str, object]
) -> list[bigquery.ScalarQueryParameter]:
    """The parameters that the query names, each with its GoogleSQL type.

    Raises:
        BadInput: a named one has no value, or one of an unknown type.
    """
    # Comments may speak of @names, too; strings of the shipped SQL hold none.
    names = sorted(set(_PARAMETER.findall(re.sub(r"--[^\n]*", "", sql))))
    if missing := [name for name in names if name not in parameters]:
        raise BadInput(f"query: no value for {', '.join(f'@{name}' for name in missing)}")
    return [
        bigquery.ScalarQueryParameter(name, _type(name, parameters[name]), parameters[name])  # type: ignore[arg-type]
        for name in names
    ]


def _type(name: str, value: object) -> str:
    for kind, wanted in _TYPES:
        if isinstance(value, kind):
            return wanted
    raise BadInput(f"query: @{name} is {value!r}, which has no scalar type")


def _seconds(job: bigquery.QueryJob) -> float:
    if job.started and job.ended:
        return float((job.ended - job.started).total_seconds())
    return 0.0
