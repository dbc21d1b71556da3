"""BigQuery's documented error replies, scripted under Google's client."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from sync.bigquery import Settings
from sync.bigquery.client import connect
from sync.errors import BadInput, Conflict, Failure, OverBudget, Refused, WarehouseFailed
from sync.model import Column, DateRange, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync.bigquery import BigQueryWarehouse

SUMMARY = Table(
    "nba",
    "summary",
    columns=(Column("player", "STRING"), Column("game_date", "DATE")),
    partition_column="game_date",
    key=("player",),
    direction="pulled",
)
FOUND = {
    "tableReference": {"projectId": "project", "datasetId": "nba", "tableId": "summary"},
    "schema": {"fields": [{"name": "Player", "type": "STRING", "mode": "REQUIRED"}]},
}
DAYS = DateRange(date(2024, 1, 1), date(2024, 1, 3))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, taken note of instead of slept."""
    waits: list[float] = []
    monkeypatch.setattr("google.api_core.retry.retry_unary.time.sleep", waits.append)
    return waits


def partitions(warehouse: BigQueryWarehouse) -> Any:
    with warehouse.snapshot() as snapshot:
        return snapshot.partitions(SUMMARY, DAYS)


@pytest.mark.parametrize(
    ("status", "reason", "message", "kind", "hint"),
    [
        (401, "authError", "Invalid Credentials", WarehouseFailed, "gcloud auth"),
        (
            403,
            "accessDenied",
            "Access Denied: Table project:nba.summary: Permission bigquery.tables.getData denied",
            WarehouseFailed,
            "roles/bigquery",
        ),
        (403, "quotaExceeded", "Quota exceeded: jobs per day", WarehouseFailed, "wait an hour"),
        (
            403,
            "quotaExceeded",
            "Custom quota exceeded: Your usage exceeded the custom quota for QueryUsagePerDay",
            OverBudget,
            "custom quota",
        ),
        (
            403,
            "billingNotEnabled",
            "Billing has not been enabled for this project. DML queries are not allowed",
            WarehouseFailed,
            "sandbox",
        ),
        (
            404,
            "notFound",
            "Not found: Table project:nba.summary was not found in location US",
            WarehouseFailed,
            "featurestore init",
        ),
        (
            400,
            "invalidQuery",
            "Too many DML statements outstanding against table nba.summary, limit is 20",
            WarehouseFailed,
            "wait some minutes",
        ),
        (
            400,
            "invalidQuery",
            "UPDATE or DELETE statement over table nba.summary would affect rows in the streaming"
            " buffer, which is not supported",
            WarehouseFailed,
            "90 minutes",
        ),
        (
            404,
            "notFound",
            "Not found: Dataset project:nba was not found in location EU",
            WarehouseFailed,
            "?location=",
        ),
        (400, "invalidQuery", "Unrecognized name: x", Refused, ""),
        (400, "bytesBilledLimitExceeded", "Query exceeded limit", OverBudget, ""),
        (
            400,
            "invalidQuery",
            "Transaction is aborted due to concurrent update against table nba.summary",
            WarehouseFailed,
            "wait some minutes",
        ),
        (412, "conditionNotMet", "Precondition Failed", Conflict, ""),
    ],
)
def test_an_error_that_waiting_does_not_fix_is_raised_at_once(
    scripted: Any,
    fault: Callable[..., Any],
    no_waiting: list[float],
    status: int,
    reason: str,
    message: str,
    kind: type[Failure],
    hint: str,
) -> None:
    warehouse, wire = scripted
    wire.add(fault("POST", "/jobs", status, reason, message))
    with pytest.raises(kind) as caught:
        partitions(warehouse)
    assert message in caught.value.message or kind is Conflict
    assert hint in caught.value.hint
    assert caught.value.facts["reason"] == reason
    assert caught.value.facts["status"] == status
    assert len(wire.sent) == 1
    assert no_waiting == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "rateLimitExceeded"),
        (429, "rateLimitExceeded"),
        (500, "backendError"),
        (502, "badGateway"),
        (503, "backendError"),
        (504, "gatewayTimeout"),
    ],
)
def test_a_passing_error_is_tried_again_after_a_wait(
    scripted: Any, fault: Callable[..., Any], no_waiting: list[float], status: int, reason: str
) -> None:
    warehouse, wire = scripted
    wire.add(
        fault("GET", "/tables/summary", status, reason, times=2),
        fault("GET", "/tables/summary", body=FOUND),
    )
    with warehouse.snapshot() as snapshot:
        assert snapshot.columns(SUMMARY) == (Column("player", "STRING", required=True),)
    assert len(wire.sent) == 3
    assert len(no_waiting) == 2


def test_an_error_that_does_not_pass_ends_at_the_deadline(
    scripted: Any, fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, wire = scripted
    monkeypatch.undo()
    warehouse.settings = Settings("project", timeout_seconds=0.5)
    wire.add(fault("GET", "/tables/summary", 503, "backendError", times=1000))
    with pytest.raises(WarehouseFailed, match=r"nba\.summary: no answer in time") as caught:
        warehouse.create(SUMMARY)
    assert caught.value.exit_code == 6


def test_a_query_over_the_limit_of_bytes_is_not_run(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    estimate = {
        "jobReference": {"projectId": "project", "jobId": "dry", "location": "US"},
        "configuration": {"query": {"query": "x"}, "dryRun": True},
        "status": {"state": "DONE"},
        "statistics": {"query": {"totalBytesProcessed": str(2**50)}},
    }
    wire.add(fault("POST", "/jobs", body=estimate))
    with pytest.raises(OverBudget, match="dollars") as caught:
        partitions(warehouse)
    assert caught.value.facts["scanned"] == 2**50
    assert [method for method, _, _ in wire.sent] == ["POST"]
    assert '"dryRun": true' in wire.sent[0][2]


@pytest.mark.parametrize(
    "url",
    [
        "bigquery://",
        "bigquery://my'project",
        "bigquery://project/dataset",
        "bigquery://project?region=US",
        "bigquery://project?parallel=21",
        "bigquery://project?max_bytes=much",
        "bigquery://project?tokens=none",
    ],
)
def test_a_wrong_address_is_refused_before_anything_is_contacted(url: str) -> None:
    with pytest.raises(BadInput):
        Settings.from_url(url)


def test_an_address_has_settings() -> None:
    url = "bigquery://my-project?location=EU&max_bytes=5&parallel=3&tokens=modified"
    assert Settings.from_url(url) == Settings("my-project", "EU", "modified", 5, 3)


def test_half_an_emulator_address_is_refused() -> None:
    with pytest.raises(BadInput, match="FEATURESTORE_STORAGE_HOST"):
        connect(Settings("project"), {"BIGQUERY_EMULATOR_HOST": "localhost:9050"})
