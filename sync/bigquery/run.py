"""Runs a script of queries in BigQuery and reads its results, through tables that expire."""

from __future__ import annotations

import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from sync.bigquery import sql as texts
from sync.bigquery.batches import checked
from sync.bigquery.cost import LEAST_BYTES, billed_bytes
from sync.bigquery.errors import translated
from sync.bigquery.schema import arrow_type, live_columns
from sync.bigquery.sessions import open_session, read_stream
from sync.bigquery.streams import drained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from google.cloud import bigquery

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.jobs import Jobs
    from sync.budget import Account
    from sync.query_engine import Statement

RESULT_DAYS = 1


@dataclass(frozen=True, slots=True)
class ResultRows:
    """The rows of one statement; they can be read while the script's context is open.

    Attributes:
        rows: Number of rows.
        schema: Arrow types of the columns.
    """

    rows: int
    schema: pa.Schema
    _clients: Clients
    _settings: Settings
    _table: str
    _account: Account
    _stack: ExitStack

    def reader(self) -> pa.RecordBatchReader:
        """All rows, or an error: the count is checked after the last batch.

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
        counted = checked(batches, self.schema, self.rows, self._table)
        return pa.RecordBatchReader.from_batches(self.schema, counted)


@dataclass(frozen=True, slots=True)
class FinishedScript:
    """A finished script.

    Attributes:
        job_id: The id of the script's job.
        seconds: By statement, if the server reports them, else for the whole script.
        billed_bytes: Billed bytes.
        results: Rows by statement.
    """

    job_id: str
    seconds: Mapping[str, float]
    billed_bytes: int
    results: Mapping[str, ResultRows]


class BigQueryEngine:
    """Runs scripts with the clients of one warehouse."""

    def __init__(self, clients: Clients, settings: Settings, jobs: Jobs) -> None:
        self._clients = clients
        self._settings = settings
        self._jobs = jobs

    def price(
        self, statements: Sequence[Statement], parameters: Mapping[str, object], *, subject: str
    ) -> dict[str, int]:
        """From a dry run of each statement that reads warehouse tables; see the protocol.

        Raises:
            OverBudget: one would read more than a query may, or all more than is left.
        """
        return self._price(self._renamed(statements), parameters, subject)

    def _renamed(self, statements: Sequence[Statement]) -> list[Statement]:
        """The statements, with the project's names of the datasets."""
        datasets = self._settings.datasets
        return [replace(one, sql=texts.rename_datasets(one.sql, datasets)) for one in statements]

    def _price(
        self, statements: Sequence[Statement], parameters: Mapping[str, object], subject: str
    ) -> dict[str, int]:
        billed = {}
        for one in statements:
            billed[one.name] = LEAST_BYTES
            if one.reads_tables:
                query = texts.bind(one.sql, parameters)
                scanned = self._jobs.dry_run(query, f"{subject}: {one.name}")
                billed[one.name] = billed_bytes(scanned)
        self._jobs.account.require(sum(billed.values()), subject)
        return billed

    @contextmanager
    def run(
        self,
        statements: Sequence[Statement],
        results: Sequence[str],
        parameters: Mapping[str, object],
        *,
        dataset: str,
        subject: str,
        labels: Mapping[str, str],
    ) -> Iterator[FinishedScript]:
        """One job with many statements, priced before it starts; see the protocol.

        The result tables are dropped at the end of the block; after a kill, they expire in a day.
        """
        statements = self._renamed(statements)
        dataset = self._settings.datasets.get(dataset, dataset)
        self._price(statements, parameters, subject)
        run_id = uuid.uuid4().hex[:12]
        names = {name: f"featurestore_result_{run_id}_{name}" for name in results}
        project = self._settings.project
        script = texts.script_sql(
            [(one.name, texts.bind(one.sql, parameters)) for one in statements],
            {name: texts.table_name(project, dataset, table) for name, table in names.items()},
            days=RESULT_DAYS,
            title=f"featurestore {subject} {run_id}",
        )
        try:
            job = self._jobs.script(script, subject, labels)
            seconds = self._seconds(job, subject)
            with ExitStack() as stack:
                yield FinishedScript(
                    job_id=str(job.job_id),
                    seconds=seconds,
                    billed_bytes=int(job.total_bytes_billed or 0),
                    results={
                        name: self._rows(f"{dataset}.{table}", subject, stack)
                        for name, table in names.items()
                    },
                )
        finally:
            for table in names.values():
                with translated(subject):
                    self._clients.rest.delete_table(
                        f"{project}.{dataset}.{table}",
                        not_found_ok=True,
                        retry=self._settings.retry(),
                    )

    def _rows(self, table: str, subject: str, stack: ExitStack) -> ResultRows:
        with translated(subject):
            made = self._clients.rest.get_table(
                f"{self._settings.project}.{table}", retry=self._settings.retry()
            )
        columns = live_columns(made.schema)
        return ResultRows(
            rows=int(made.num_rows or 0),
            schema=pa.schema([(column.name, arrow_type(column.type)) for column in columns]),
            _clients=self._clients,
            _settings=self._settings,
            _table=table,
            _account=self._jobs.account,
            _stack=stack,
        )

    def _seconds(self, job: bigquery.QueryJob, subject: str) -> dict[str, float]:
        """Seconds of each statement, from its job."""
        seconds = {}
        for child in self._jobs.children(job, subject):
            if (made := texts.MADE.search(child.query or "")) and child.started and child.ended:
                seconds[made[1]] = (child.ended - child.started).total_seconds()
        if not seconds and job.started and job.ended:
            return {subject: (job.ended - job.started).total_seconds()}
        return seconds
