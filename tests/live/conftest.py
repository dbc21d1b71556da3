"""The scratch dataset; without ``--live``, one skipped test says how all of them are run."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    live = [item for item in items if item.path.is_relative_to(HERE)]
    if config.getoption("--live") is not None or config.option.collectonly or not live:
        return
    reason = f"{len(live)} tests need a project: pytest tests/live --live PROJECT.DATASET"
    live[0].add_marker(pytest.mark.skip(reason=reason))
    items[:] = [item for item in items if item not in live[1:]]
    config.hook.pytest_deselected(items=live[1:])


@pytest.fixture(scope="session")
def scratch(request):
    """The dataset of ``--live``, made for the tests and dropped after them."""
    from google.cloud import bigquery
    from live_bigquery import Scratch

    from sync.bigquery import BigQueryWarehouse

    address, mark, options = request.config.getoption("--live").partition("?")
    project, _, dataset = address.rpartition(".")
    with BigQueryWarehouse.from_url(f"bigquery://{project}{mark}{options}") as inner:
        rest = inner.clients.rest
        made = bigquery.Dataset(f"{project}.{dataset}")
        made.location = inner.settings.location
        # Not exists_ok: the dataset is dropped afterwards, with all that is in it.
        rest.create_dataset(made)
        try:
            yield Scratch(inner, made)
        finally:
            rest.delete_dataset(made, delete_contents=True)


@pytest.fixture
def warehouse(scratch):
    """An empty warehouse whose job ids are new."""
    for table in scratch.rest.list_tables(scratch.dataset):
        scratch.rest.delete_table(table)
    return scratch.warehouse()
