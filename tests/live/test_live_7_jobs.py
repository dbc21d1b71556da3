"""Jobs as the service keeps them: whose they are, their labels, their limits."""

from __future__ import annotations

import os
from contextlib import closing

import google.auth
import pytest
from google.auth import impersonated_credentials
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import BigQueryReadClient
from live_bigquery import Scratch, points, replacement
from warehouse_contract import FIRST, TABLE, row

from sync.bigquery import BigQueryWarehouse
from sync.bigquery.client import Clients
from sync.bigquery.jobs import Jobs
from sync.errors import OverBudget

PRINCIPAL = "FEATURESTORE_LIVE_PRINCIPAL"
SCOPES = ["https://www.googleapis.com/auth/bigquery"]


@pytest.fixture
def second(scratch):
    """The dataset through another principal, which may write to it."""
    email = os.environ.get(PRINCIPAL)
    if not email:
        pytest.skip(
            f"{PRINCIPAL} names no service account: one with roles/bigquery.jobUser and"
            " roles/bigquery.readSessionUser on the project, which you may impersonate"
        )
    dataset = scratch.rest.get_dataset(scratch.dataset.reference)
    entry = bigquery.AccessEntry("WRITER", "userByEmail", email)
    dataset.access_entries = [*dataset.access_entries, entry]
    scratch.rest.update_dataset(dataset, ["access_entries"])
    source, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    credentials = impersonated_credentials.Credentials(
        source_credentials=source, target_principal=email, target_scopes=SCOPES
    )
    settings = scratch.inner.settings
    clients = Clients(
        bigquery.Client(settings.payer, credentials=credentials, location=settings.location),
        BigQueryReadClient(credentials=credentials),
    )
    with closing(clients):
        yield Scratch(BigQueryWarehouse(settings, clients), scratch.dataset)


def test_a_push_under_an_id_that_another_principal_took_is_done(
    scratch, warehouse, second, tmp_path
):
    """Whether ``jobs.get`` of another user's job is a 403; the next generation does the write.

    Needs ``FEATURESTORE_LIVE_PRINCIPAL``. Costs about 0.006 dollars: two pushes.
    """
    warehouse.create(TABLE)
    write = replacement(tmp_path, [row("ann", FIRST, 3)])
    warehouse.replace(write)
    done = second.warehouse(warehouse.prefix).replace(write)
    assert (done.repeated, done.inserted, done.replaced) == (False, 1, 1)
    rows = scratch.rows("SELECT player, game_date, points FROM {dataset}.games")
    assert points(rows) == {("ann", FIRST): 3}


def test_the_jobs_of_a_script_s_statements_have_its_labels(scratch, warehouse, tmp_path):
    """What a bill is split by. Costs about 0.003 dollars: a push."""
    warehouse.create(TABLE)
    write = replacement(tmp_path, [row("ann", FIRST)], labels={"featurestore_run": "R1"})
    warehouse.replace(write)
    jobs = scratch.inner.jobs
    job = jobs.find(f"{warehouse.prefix}{write.job_id}_g0", "push")
    statements = jobs.children(job, "push")
    assert len(statements) >= 8
    assert job.labels["featurestore_run"] == "r1"
    assert {one.labels.get("featurestore_run") for one in statements} == {"r1"}


def test_the_limit_of_bytes_stops_a_script(scratch, warehouse, tmp_path, monkeypatch):
    """A script's statements are billed together, or each has the limit of its own: it must stop.

    No dry run, so that the service's own limit is what stops it; nothing is written then.
    Costs about 0.005 dollars: a push, and the statements before the limit.
    """
    warehouse.create(TABLE)
    warehouse.replace(replacement(tmp_path, [row("ann", FIRST, 1)]))
    monkeypatch.setattr(Jobs, "dry_run", lambda *_: 0)
    account = scratch.inner.account
    before = account.limit
    # What the checks before the script are billed is left; the script itself gets the rest.
    account.limit = account.billed_bytes + 60 * 2**20
    try:
        with pytest.raises(OverBudget):
            warehouse.replace(replacement(tmp_path, [row("ann", FIRST, 2)]))
    finally:
        account.limit = before
    rows = scratch.rows("SELECT player, game_date, points FROM {dataset}.games")
    assert points(rows) == {("ann", FIRST): 1}
