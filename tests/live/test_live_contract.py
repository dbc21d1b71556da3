"""The warehouse contract over real BigQuery: ``pytest tests/live --live PROJECT.DATASET``.

The dataset must not exist; it is made for the tests and dropped after them. Credentials are those
of ``gcloud auth application-default login``. ``PROJECT.DATASET?location=EU`` names another location
than US. What each test costs is in its docstring; ``docs/bigquery.md`` has the whole.
"""

from __future__ import annotations

import warehouse_contract as contract


class TestBigQuery(contract.WarehouseContract):
    """The promises of ``sync.warehouse``. Costs about 0.25 dollars: some thousand statements."""

    def test_closing_twice_is_not_an_error(self, warehouse):
        """Closes the session's own connections: the next call opens new ones. Costs nothing."""
        super().test_closing_twice_is_not_an_error(warehouse)
