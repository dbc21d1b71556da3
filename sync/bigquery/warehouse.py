"""The warehouse protocol over BigQuery."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from google.api_core import exceptions as google
from google.cloud import bigquery

from sync.bigquery.client import Clients, Settings, connect
from sync.bigquery.errors import translated
from sync.bigquery.migrate import add_columns
from sync.bigquery.named_jobs import NamedJobs
from sync.bigquery.reading import BigQuerySnapshot
from sync.bigquery.run import BigQueryEngine
from sync.bigquery.schema import schema_field
from sync.bigquery.undoing import Undoing
from sync.bigquery.writing import Writer
from sync.budget import Account
from sync.identity import identity, with_datasets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sync.model import Column, Replaced, Replacement, Table, Undo, Undone
    from sync.query_engine import QueryEngine


class BigQueryWarehouse:
    """A project of BigQuery; nothing is contacted before the first call.

    Attributes:
        url: ``bigquery://PROJECT?location=US``, without the options that do not identify data.
        settings: Project, location and limits.
        account: The budget of a run, and its jobs so far.
    """

    def __init__(self, settings: Settings, clients: Clients | None = None) -> None:
        self.settings = settings
        self.url = with_datasets(
            identity(f"bigquery://{settings.project}?location={settings.location}"),
            settings.datasets,
        )
        self._given = clients
        self.account = Account(prices=settings.prices)

    @classmethod
    def from_url(cls, url: str, datasets: Mapping[str, str] | None = None) -> BigQueryWarehouse:
        """The warehouse behind a setting; see `Settings` for the options and the datasets."""
        return cls(Settings.from_url(url, datasets))

    def __enter__(self) -> BigQueryWarehouse:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @cached_property
    def clients(self) -> Clients:
        """Google's clients, created on first use."""
        return self._given or connect(self.settings)

    @property
    def jobs(self) -> NamedJobs:
        """Queries and jobs of this warehouse."""
        return NamedJobs(self.clients, self.settings, self.account)

    def close(self) -> None:
        """Close the clients' connections; the next call opens new ones, unless they were given."""
        clients = self.__dict__.pop("clients", None)
        if clients is not None:
            clients.close()

    @contextmanager
    def snapshot(self) -> Iterator[BigQuerySnapshot]:
        """All reads at one moment of the server's clock; takes no lock."""
        yield BigQuerySnapshot(
            self.clients, self.settings, self.jobs, datasets=self.settings.datasets
        )

    def create(self, table: Table) -> bool:
        """Create the table, and its dataset, if they are missing. May be repeated."""
        table = table.renamed(self.settings.datasets)
        retry = self.settings.retry()
        dataset = bigquery.Dataset(f"{self.settings.project}.{table.dataset}")
        dataset.location = self.settings.location
        with translated(table.full_name):
            try:
                self.clients.rest.get_table(
                    f"{self.settings.project}.{table.full_name}", retry=retry
                )
            except google.NotFound:
                self._create_dataset(dataset)
            else:
                return False
            try:
                self.clients.rest.create_table(self._resource(table), retry=retry)
            except google.Conflict:
                # By another process, or by a first request whose reply was lost.
                return False
        return True

    def add_columns(self, table: Table, columns: Sequence[Column]) -> None:
        """One change of the schema, with the etag of the one that was read."""
        live = table.renamed(self.settings.datasets)
        add_columns(self.clients.rest, self.settings, live, columns)

    def replace(self, replacement: Replacement) -> Replaced:
        """One transaction over all days; see the protocol for its guarantees."""
        snapshot = BigQuerySnapshot(self.clients, self.settings, self.jobs, newest=True)
        live = replace(replacement, table=replacement.table.renamed(self.settings.datasets))
        return Writer(self.clients, self.settings, self.jobs, snapshot, live).run()

    def undo(self, undo: Undo) -> Undone:
        """One transaction, from the table that the write filled."""
        snapshot = BigQuerySnapshot(self.clients, self.settings, self.jobs, newest=True)
        live = replace(undo, table=undo.table.renamed(self.settings.datasets))
        return Undoing(self.clients, self.settings, self.jobs, snapshot, live).run()

    @property
    def engine(self) -> QueryEngine:
        """Runs scripts in BigQuery."""
        return BigQueryEngine(self.clients, self.settings, self.jobs)

    def _create_dataset(self, dataset: bigquery.Dataset) -> None:
        retry = self.settings.retry()
        try:
            self.clients.rest.get_dataset(dataset.reference, retry=retry)
        except google.NotFound:
            self.clients.rest.create_dataset(dataset, exists_ok=True, retry=retry)

    def _resource(self, table: Table) -> bigquery.Table:
        resource = bigquery.Table(
            f"{self.settings.project}.{table.full_name}",
            schema=[schema_field(column) for column in table.all_columns],
        )
        resource.time_partitioning = bigquery.TimePartitioning(
            type_=bigquery.TimePartitioningType.DAY, field=table.partition_column
        )
        if table.clustering:
            resource.clustering_fields = list(table.clustering)
        resource.require_partition_filter = table.requires_filter
        return resource
