"""The warehouse contract over real BigQuery: ``pytest tests/live --live PROJECT.DATASET``.

The dataset must not exist; it is made for the tests and dropped after them. Credentials are those
of ``gcloud auth application-default login``; some hundred small jobs are billed, about a gigabyte.
``PROJECT.DATASET?location=EU`` names another location than US.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
import warehouse_contract as contract

# One dataset for all: its tests cannot be spread over workers.
pytestmark = pytest.mark.xdist_group("live")


class Unrepeated:
    """A warehouse whose job ids were never used before: BigQuery remembers them for months."""

    def __init__(self, inner):
        self._inner = inner
        self._prefix = f"live_{uuid.uuid4().hex[:12]}_"

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def replace(self, what):
        done = self._inner.replace(replace(what, job_id=self._prefix + what.job_id))
        return replace(done, job_id=what.job_id)


@pytest.fixture(scope="session")
def scratch(request):
    """A warehouse whose dataset ``contract`` is the scratch dataset, and Google's client."""
    named = request.config.getoption("--live")
    from google.cloud import bigquery

    from sync.bigquery import BigQueryWarehouse
    from sync.renamed import RenamedWarehouse

    address, mark, options = named.partition("?")
    project, _, dataset = address.rpartition(".")
    with BigQueryWarehouse.from_url(f"bigquery://{project}{mark}{options}") as inner:
        rest = inner.clients.rest
        made = bigquery.Dataset(f"{project}.{dataset}")
        made.location = inner.settings.location
        # Not exists_ok: the dataset is dropped afterwards, with all that is in it.
        rest.create_dataset(made)
        try:
            yield RenamedWarehouse(inner, {contract.TABLE.dataset: dataset}), rest, made
        finally:
            rest.delete_dataset(made, delete_contents=True)


@pytest.fixture
def warehouse(scratch):
    found, rest, dataset = scratch
    for table in rest.list_tables(dataset):
        rest.delete_table(table)
    return Unrepeated(found)


class TestBigQuery(contract.WarehouseContract):
    def test_closing_twice_is_no_error(self, warehouse):
        """Closes the session's own connections: the next call opens new ones."""
        super().test_closing_twice_is_no_error(warehouse)
